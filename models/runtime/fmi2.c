/* FMI 2.0 Co-Simulation around a generated model. No globals; any number of instances.
 *
 * A value reference is a place in State.values: inputs, then states, then signals. The whole
 * state is one flat struct that carries the model's hash: saving and restoring is memcpy.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "fmi2Functions.h"
#include "rodas3.h"

typedef struct {
    uint64_t model;
    double time;
    double values[NU + NX + NW];
} State;

typedef enum { STARTING, RUNNING, ENDED } Mode;

typedef struct {
    State state;
    Mode mode;
    int stale; /* signals do not belong to the present inputs and states */
    fmi2CallbackFunctions callbacks;
    char name[64];
} Instance;

#define INPUTS(m) ((m)->state.values)
#define STATES(m) ((m)->state.values + NU)
#define SIGNALS(m) ((m)->state.values + NU + NX)

static void report(const Instance *m, fmi2Status status, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (m->callbacks.logger)
        m->callbacks.logger(m->callbacks.componentEnvironment, m->name, status, "error", text);
}

static void start_values(Instance *m)
{
    memset(&m->state, 0, sizeof m->state);
    m->state.model = MODEL_HASH;
    memcpy(INPUTS(m), INPUT_START, NU * sizeof(double));
    memcpy(STATES(m), STATE_START, NX * sizeof(double));
    m->mode = STARTING;
    m->stale = 1;
}

static void refresh(Instance *m)
{
    if (m->stale) {
        driving_signals(INPUTS(m), STATES(m), SIGNALS(m));
        other_signals(INPUTS(m), STATES(m), SIGNALS(m));
        m->stale = 0;
    }
}

/* life cycle */

const char *fmi2GetTypesPlatform(void) { return fmi2TypesPlatform; }
const char *fmi2GetVersion(void) { return fmi2Version; }

fmi2Component fmi2Instantiate(fmi2String name, fmi2Type type, fmi2String guid, fmi2String resources,
                              const fmi2CallbackFunctions *callbacks, fmi2Boolean visible,
                              fmi2Boolean logging)
{
    (void)resources, (void)visible, (void)logging;
    Instance *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    if (callbacks)
        m->callbacks = *callbacks;
    snprintf(m->name, sizeof m->name, "%s", name ? name : MODEL_NAME);
    if (type != fmi2CoSimulation || !guid || strcmp(guid, MODEL_GUID)) {
        report(m, fmi2Error, "%s is co-simulation with guid %s", MODEL_NAME, MODEL_GUID);
        free(m);
        return NULL;
    }
    start_values(m);
    return m;
}

void fmi2FreeInstance(fmi2Component c) { free(c); }

fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean bounded, fmi2Real tolerance,
                               fmi2Real start, fmi2Boolean stops, fmi2Real stop)
{
    (void)bounded, (void)tolerance, (void)stops, (void)stop;
    ((Instance *)c)->state.time = start;
    return fmi2OK;
}

fmi2Status fmi2EnterInitializationMode(fmi2Component c) { (void)c; return fmi2OK; }
fmi2Status fmi2ExitInitializationMode(fmi2Component c) { ((Instance *)c)->mode = RUNNING; return fmi2OK; }
fmi2Status fmi2Terminate(fmi2Component c) { ((Instance *)c)->mode = ENDED; return fmi2OK; }
fmi2Status fmi2Reset(fmi2Component c) { start_values(c); return fmi2OK; }

fmi2Status fmi2SetDebugLogging(fmi2Component c, fmi2Boolean on, size_t n, const fmi2String names[])
{
    (void)c, (void)on, (void)n, (void)names;
    return fmi2OK;
}

/* values */

fmi2Status fmi2GetReal(fmi2Component c, const fmi2ValueReference refs[], size_t n, fmi2Real values[])
{
    Instance *m = c;
    refresh(m);
    for (size_t i = 0; i < n; i++) {
        if (refs[i] >= NU + NX + NW) {
            report(m, fmi2Error, "no variable has the value reference %u", refs[i]);
            return fmi2Error;
        }
        values[i] = m->state.values[refs[i]];
    }
    return fmi2OK;
}

fmi2Status fmi2SetReal(fmi2Component c, const fmi2ValueReference refs[], size_t n,
                       const fmi2Real values[])
{
    Instance *m = c;
    const fmi2ValueReference settable = m->mode == STARTING ? NU + NX : NU;
    for (size_t i = 0; i < n; i++) {
        if (refs[i] >= settable) {
            report(m, fmi2Error, "the variable with value reference %u cannot be set %s", refs[i],
                   refs[i] < NU + NX ? "after initialisation" : "at all");
            return fmi2Error;
        }
        if (!isfinite(values[i])) { /* pos(NaN) is 0 and would hide it */
            report(m, fmi2Error, "%s is set to %g; wanted a finite number", NAMES[refs[i]],
                   values[i]);
            return fmi2Error;
        }
    }
    for (size_t i = 0; i < n; i++)
        m->state.values[refs[i]] = values[i];
    m->stale = 1;
    return fmi2OK;
}

#define NONE_OF(Type)                                                                              \
    fmi2Status fmi2Get##Type(fmi2Component c, const fmi2ValueReference refs[], size_t n,           \
                             fmi2##Type values[])                                                  \
    {                                                                                              \
        (void)c, (void)refs, (void)values;                                                         \
        return n ? fmi2Error : fmi2OK;                                                             \
    }                                                                                              \
    fmi2Status fmi2Set##Type(fmi2Component c, const fmi2ValueReference refs[], size_t n,           \
                             const fmi2##Type values[])                                            \
    {                                                                                              \
        (void)c, (void)refs, (void)values;                                                         \
        return n ? fmi2Error : fmi2OK;                                                             \
    }
NONE_OF(Integer)
NONE_OF(Boolean)
NONE_OF(String)

/* stepping */

fmi2Status fmi2DoStep(fmi2Component c, fmi2Real now, fmi2Real length, fmi2Boolean no_set_before)
{
    (void)now, (void)no_set_before;
    Instance *m = c;
    if (!(length > 0.0) || !isfinite(length)) {
        report(m, fmi2Error, "the step is %g s; wanted a positive length", length);
        return fmi2Error;
    }
    int worst = 0;
    const int outcome = integrate(INPUTS(m), STATES(m), SIGNALS(m), length, &worst);
    m->stale = 1;
    if (outcome != FINISHED) {
        report(m, fmi2Error, "%s at %s in the step of %g s from t = %g s",
               outcome == NOT_FINITE ? "no finite number" : "more than 500 sub-steps",
               NAMES[NU + worst], length, m->state.time);
        return fmi2Error;
    }
    m->state.time += length;
    return fmi2OK;
}

fmi2Status fmi2CancelStep(fmi2Component c) { (void)c; return fmi2Error; }

/* state */

fmi2Status fmi2GetFMUstate(fmi2Component c, fmi2FMUstate *saved)
{
    if (!*saved && !(*saved = malloc(sizeof(State))))
        return fmi2Error;
    memcpy(*saved, &((Instance *)c)->state, sizeof(State));
    return fmi2OK;
}

fmi2Status fmi2SetFMUstate(fmi2Component c, fmi2FMUstate saved)
{
    Instance *m = c;
    if (!saved || ((State *)saved)->model != MODEL_HASH) {
        report(m, fmi2Error, "the saved state belongs to another model");
        return fmi2Error;
    }
    memcpy(&m->state, saved, sizeof(State));
    m->stale = 1;
    return fmi2OK;
}

fmi2Status fmi2FreeFMUstate(fmi2Component c, fmi2FMUstate *saved)
{
    (void)c;
    free(*saved);
    *saved = NULL;
    return fmi2OK;
}

fmi2Status fmi2SerializedFMUstateSize(fmi2Component c, fmi2FMUstate saved, size_t *size)
{
    (void)c, (void)saved;
    *size = sizeof(State);
    return fmi2OK;
}

fmi2Status fmi2SerializeFMUstate(fmi2Component c, fmi2FMUstate saved, fmi2Byte bytes[], size_t size)
{
    (void)c;
    if (size < sizeof(State))
        return fmi2Error;
    memcpy(bytes, saved, sizeof(State));
    return fmi2OK;
}

fmi2Status fmi2DeSerializeFMUstate(fmi2Component c, const fmi2Byte bytes[], size_t size,
                                   fmi2FMUstate *saved)
{
    uint64_t model = 0;
    if (size == sizeof(State))
        memcpy(&model, bytes, sizeof model);
    if (model != MODEL_HASH) {
        report(c, fmi2Error, "the serialised state belongs to another model");
        return fmi2Error;
    }
    if (!*saved && !(*saved = malloc(sizeof(State))))
        return fmi2Error;
    memcpy(*saved, bytes, sizeof(State));
    return fmi2OK;
}

/* what this model does not offer */

fmi2Status fmi2GetDirectionalDerivative(fmi2Component c, const fmi2ValueReference unknown[],
                                        size_t n, const fmi2ValueReference known[], size_t k,
                                        const fmi2Real seed[], fmi2Real result[])
{
    (void)c, (void)unknown, (void)n, (void)known, (void)k, (void)seed, (void)result;
    return fmi2Error;
}

fmi2Status fmi2SetRealInputDerivatives(fmi2Component c, const fmi2ValueReference refs[], size_t n,
                                       const fmi2Integer order[], const fmi2Real values[])
{
    (void)c, (void)refs, (void)order, (void)values;
    return n ? fmi2Error : fmi2OK;
}

fmi2Status fmi2GetRealOutputDerivatives(fmi2Component c, const fmi2ValueReference refs[], size_t n,
                                        const fmi2Integer order[], fmi2Real values[])
{
    (void)c, (void)refs, (void)order, (void)values;
    return n ? fmi2Error : fmi2OK;
}

#define NO_STATUS(Name, Type)                                                                      \
    fmi2Status fmi2Get##Name(fmi2Component c, const fmi2StatusKind kind, Type *value)              \
    {                                                                                              \
        (void)c, (void)kind, (void)value;                                                          \
        return fmi2Discard;                                                                        \
    }
NO_STATUS(Status, fmi2Status)
NO_STATUS(RealStatus, fmi2Real)
NO_STATUS(IntegerStatus, fmi2Integer)
NO_STATUS(BooleanStatus, fmi2Boolean)
NO_STATUS(StringStatus, fmi2String)
