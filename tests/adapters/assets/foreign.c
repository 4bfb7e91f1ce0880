/* A small FMU from elsewhere: FMI 2.0 co-simulation of first-order lags, explicit Euler.
 *
 * y_i follows gain * u_(i mod NU) with the time constant TAU. Sizes and capabilities come from
 * macros: NU, NY, GAIN, TAU, and SNAPSHOTS where it can serialise its state. A step
 * longer than LONGEST seconds is refused. FAKE_SNAPSHOTS: it says so and does nothing;
 * BORROWED_SNAPSHOTS: what it serialises is an address. ARMED is the file that says which
 * fault comes next, see foreign_faults.h.
 */
#include <stdlib.h>
#include <string.h>
#include "fmi2Functions.h"
#include "foreign_faults.h"

#ifndef LONGEST
#define LONGEST 1e9
#endif

typedef struct {
    double u[NU], y[NY];
} State;

typedef struct {
    State state;
    const fmi2CallbackFunctions *callbacks;
} Instance;

#define UNUSED(x) (void)(x)

const char *fmi2GetTypesPlatform(void) { return fmi2TypesPlatform; }
const char *fmi2GetVersion(void) { return fmi2Version; }

fmi2Component fmi2Instantiate(fmi2String name, fmi2Type type, fmi2String guid, fmi2String resources,
                              const fmi2CallbackFunctions *callbacks, fmi2Boolean visible,
                              fmi2Boolean logging)
{
    UNUSED(name), UNUSED(type), UNUSED(guid), UNUSED(resources), UNUSED(visible), UNUSED(logging);
    Instance *m = calloc(1, sizeof *m);
    if (m)
        m->callbacks = callbacks;
    return m;
}

void fmi2FreeInstance(fmi2Component c) { free(c); }

fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean bounded, fmi2Real tolerance,
                               fmi2Real start, fmi2Boolean stops, fmi2Real stop)
{
    UNUSED(c), UNUSED(bounded), UNUSED(tolerance), UNUSED(start), UNUSED(stops), UNUSED(stop);
    return fmi2OK;
}

fmi2Status fmi2EnterInitializationMode(fmi2Component c)
{
    UNUSED(c);
    return fault("start") ? fmi2Error : fmi2OK;
}
fmi2Status fmi2ExitInitializationMode(fmi2Component c) { UNUSED(c); return fmi2OK; }
fmi2Status fmi2Terminate(fmi2Component c) { UNUSED(c); return fmi2OK; }

fmi2Status fmi2Reset(fmi2Component c)
{
    memset(&((Instance *)c)->state, 0, sizeof(State));
    return fmi2OK;
}

/* value references: inputs from 100, outputs from 200 */
fmi2Status fmi2SetReal(fmi2Component c, const fmi2ValueReference refs[], size_t n,
                       const fmi2Real values[])
{
    Instance *m = c;
    for (size_t i = 0; i < n; i++) {
        if (refs[i] >= 200)
            m->state.y[refs[i] - 200] = values[i];
        else
            m->state.u[refs[i] - 100] = values[i];
    }
    return fmi2OK;
}

fmi2Status fmi2GetReal(fmi2Component c, const fmi2ValueReference refs[], size_t n, fmi2Real values[])
{
    Instance *m = c;
    for (size_t i = 0; i < n; i++)
        values[i] = refs[i] >= 200 ? m->state.y[refs[i] - 200] : m->state.u[refs[i] - 100];
    return fmi2OK;
}

fmi2Status fmi2DoStep(fmi2Component c, fmi2Real now, fmi2Real length, fmi2Boolean no_set_before)
{
    Instance *m = c;
    UNUSED(now), UNUSED(no_set_before);
    if (length > LONGEST) {
        m->callbacks->logger(m->callbacks->componentEnvironment, "lags", fmi2Error, "step",
                             "step too long");
        return fmi2Error;
    }
    for (int i = 0; i < NY; i++)
        m->state.y[i] += length / TAU * (GAIN * m->state.u[i % NU] - m->state.y[i]);
    int status = fault("step");
    if (status < 0)
        m->state.y[NY - 1] = 0.0 / (double)(status + 1);
    return status > 0 ? (fmi2Status)status : fmi2OK;
}

#ifdef SNAPSHOTS
fmi2Status fmi2GetFMUstate(fmi2Component c, fmi2FMUstate *saved)
{
    if (!*saved)
        *saved = malloc(sizeof(State));
    memcpy(*saved, &((Instance *)c)->state, sizeof(State));
    return fmi2OK;
}

fmi2Status fmi2SetFMUstate(fmi2Component c, fmi2FMUstate saved)
{
#ifndef FAKE_SNAPSHOTS
    memcpy(&((Instance *)c)->state, saved, sizeof(State));
#endif
    return fmi2OK;
}

fmi2Status fmi2FreeFMUstate(fmi2Component c, fmi2FMUstate *saved)
{
    UNUSED(c);
#ifndef BORROWED_SNAPSHOTS
    free(*saved);
#endif
    *saved = NULL;
    return fmi2OK;
}

fmi2Status fmi2SerializedFMUstateSize(fmi2Component c, fmi2FMUstate saved, size_t *size)
{
    UNUSED(c), UNUSED(saved);
    *size = sizeof(State);
    return fmi2OK;
}

fmi2Status fmi2SerializeFMUstate(fmi2Component c, fmi2FMUstate saved, fmi2Byte bytes[], size_t size)
{
    UNUSED(c);
#ifdef BORROWED_SNAPSHOTS
    memset(bytes, 0, size);
    memcpy(bytes, &saved, sizeof saved);
#else
    memcpy(bytes, saved, size);
#endif
    return fmi2OK;
}

fmi2Status fmi2DeSerializeFMUstate(fmi2Component c, const fmi2Byte bytes[], size_t size,
                                   fmi2FMUstate *saved)
{
    if (!*saved)
        *saved = malloc(sizeof(State));
    UNUSED(c);
#ifdef BORROWED_SNAPSHOTS
    UNUSED(size);
    memcpy(saved, bytes, sizeof *saved);
#else
    memcpy(*saved, bytes, size);
#endif
    return fmi2OK;
}
#endif
