/* FMI 2.0 co-simulation slave of 10 inputs, 40 first-order lags and 50 outputs: about the least
   that a step can cost, so that what is measured is the way to it. */
#include "fmi2Functions.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 10, STATES = 40, OUTPUTS = 50 };

typedef struct {
    fmi2Real value[INPUTS + OUTPUTS]; /* by value reference: inputs, states, means of four states */
} Lags;

static void means(Lags *m) {
    const fmi2Real *x = m->value + INPUTS;
    for (int i = 0; i < OUTPUTS - STATES; i++)
        m->value[INPUTS + STATES + i] = 0.25 * (x[i] + x[i + 10] + x[i + 20] + x[i + 30]);
}

static void start(Lags *m) {
    for (int i = 0; i < INPUTS + OUTPUTS; i++) m->value[i] = 20.0;
}

const char *fmi2GetTypesPlatform(void) { return fmi2TypesPlatform; }
const char *fmi2GetVersion(void) { return fmi2Version; }

fmi2Component fmi2Instantiate(fmi2String name, fmi2Type type, fmi2String guid, fmi2String resources,
                              const fmi2CallbackFunctions *callbacks, fmi2Boolean visible,
                              fmi2Boolean logging) {
    (void)name, (void)type, (void)guid, (void)resources, (void)callbacks, (void)visible;
    (void)logging;
    Lags *m = malloc(sizeof *m);
    if (m) start(m);
    return m;
}
void fmi2FreeInstance(fmi2Component c) { free(c); }

fmi2Status fmi2SetDebugLogging(fmi2Component c, fmi2Boolean on, size_t n, const fmi2String names[]) {
    (void)c, (void)on, (void)n, (void)names;
    return fmi2OK;
}
fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean has_tolerance, fmi2Real tolerance,
                               fmi2Real start_time, fmi2Boolean has_stop, fmi2Real stop_time) {
    (void)c, (void)has_tolerance, (void)tolerance, (void)start_time, (void)has_stop;
    (void)stop_time;
    return fmi2OK;
}
fmi2Status fmi2EnterInitializationMode(fmi2Component c) { return c ? fmi2OK : fmi2Error; }
fmi2Status fmi2ExitInitializationMode(fmi2Component c) {
    means(c);
    return fmi2OK;
}
fmi2Status fmi2Terminate(fmi2Component c) { return c ? fmi2OK : fmi2Error; }
fmi2Status fmi2Reset(fmi2Component c) {
    start(c);
    return fmi2OK;
}

fmi2Status fmi2GetReal(fmi2Component c, const fmi2ValueReference vr[], size_t n, fmi2Real value[]) {
    const Lags *m = c;
    for (size_t i = 0; i < n; i++) {
        if (vr[i] >= INPUTS + OUTPUTS) return fmi2Error;
        value[i] = m->value[vr[i]];
    }
    return fmi2OK;
}
fmi2Status fmi2SetReal(fmi2Component c, const fmi2ValueReference vr[], size_t n,
                       const fmi2Real value[]) {
    Lags *m = c;
    for (size_t i = 0; i < n; i++) {
        if (vr[i] >= INPUTS || !isfinite(value[i])) return fmi2Error;
        m->value[vr[i]] = value[i];
    }
    return fmi2OK;
}
fmi2Status fmi2DoStep(fmi2Component c, fmi2Real now, fmi2Real step, fmi2Boolean no_return) {
    (void)now, (void)no_return;
    Lags *m = c;
    const fmi2Real *u = m->value;
    fmi2Real *x = m->value + INPUTS;
    for (int i = 0; i < STATES; i++) {
        fmi2Real lag = 60.0 * (1 + i / INPUTS);
        x[i] += (u[i % INPUTS] - x[i]) * step / (step + lag);
    }
    means(m);
    return fmi2OK;
}

fmi2Status fmi2GetFMUstate(fmi2Component c, fmi2FMUstate *state) {
    if (!*state) *state = malloc(sizeof(Lags));
    if (!*state) return fmi2Error;
    memcpy(*state, c, sizeof(Lags));
    return fmi2OK;
}
fmi2Status fmi2SetFMUstate(fmi2Component c, fmi2FMUstate state) {
    memcpy(c, state, sizeof(Lags));
    return fmi2OK;
}
fmi2Status fmi2FreeFMUstate(fmi2Component c, fmi2FMUstate *state) {
    (void)c;
    free(*state);
    *state = NULL;
    return fmi2OK;
}
fmi2Status fmi2SerializedFMUstateSize(fmi2Component c, fmi2FMUstate state, size_t *size) {
    (void)c, (void)state;
    *size = sizeof(Lags);
    return fmi2OK;
}
fmi2Status fmi2SerializeFMUstate(fmi2Component c, fmi2FMUstate state, fmi2Byte bytes[], size_t size) {
    (void)c;
    if (size < sizeof(Lags)) return fmi2Error;
    memcpy(bytes, state, sizeof(Lags));
    return fmi2OK;
}
fmi2Status fmi2DeSerializeFMUstate(fmi2Component c, const fmi2Byte bytes[], size_t size,
                                   fmi2FMUstate *state) {
    (void)c;
    if (size != sizeof(Lags)) return fmi2Error;
    if (!*state) *state = malloc(sizeof(Lags));
    if (!*state) return fmi2Error;
    memcpy(*state, bytes, sizeof(Lags));
    return fmi2OK;
}

#define NONE_OF(Type)                                                                              \
    fmi2Status fmi2Get##Type(fmi2Component c, const fmi2ValueReference vr[], size_t n,             \
                             fmi2##Type value[]) {                                                 \
        (void)c, (void)vr, (void)value;                                                            \
        return n ? fmi2Error : fmi2OK;                                                             \
    }                                                                                              \
    fmi2Status fmi2Set##Type(fmi2Component c, const fmi2ValueReference vr[], size_t n,             \
                             const fmi2##Type value[]) {                                           \
        (void)c, (void)vr, (void)value;                                                            \
        return n ? fmi2Error : fmi2OK;                                                             \
    }
NONE_OF(Integer)
NONE_OF(Boolean)
NONE_OF(String)

fmi2Status fmi2GetDirectionalDerivative(fmi2Component c, const fmi2ValueReference unknown[],
                                        size_t n, const fmi2ValueReference known[], size_t k,
                                        const fmi2Real seed[], fmi2Real result[]) {
    (void)c, (void)unknown, (void)n, (void)known, (void)k, (void)seed, (void)result;
    return fmi2Error;
}
fmi2Status fmi2SetRealInputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t n,
                                       const fmi2Integer order[], const fmi2Real value[]) {
    (void)c, (void)vr, (void)n, (void)order, (void)value;
    return fmi2Error;
}
fmi2Status fmi2GetRealOutputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t n,
                                        const fmi2Integer order[], fmi2Real value[]) {
    (void)c, (void)vr, (void)n, (void)order, (void)value;
    return fmi2Error;
}
fmi2Status fmi2CancelStep(fmi2Component c) { return c ? fmi2Discard : fmi2Error; }

#define NO_STATUS(Name, Type)                                                                      \
    fmi2Status fmi2Get##Name(fmi2Component c, const fmi2StatusKind kind, Type *value) {            \
        (void)c, (void)kind, (void)value;                                                          \
        return fmi2Discard;                                                                        \
    }
NO_STATUS(Status, fmi2Status)
NO_STATUS(RealStatus, fmi2Real)
NO_STATUS(IntegerStatus, fmi2Integer)
NO_STATUS(BooleanStatus, fmi2Boolean)
NO_STATUS(StringStatus, fmi2String)
