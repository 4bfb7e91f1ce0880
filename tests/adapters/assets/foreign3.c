/* A small FMU from elsewhere in FMI 3.0: the lags of foreign.c, value references alike.
 * A step longer than LONGEST seconds ends the simulation.
 */
#include <stdlib.h>
#include <string.h>
#include "fmi3Functions.h"

typedef struct {
    double u[NU], y[NY];
} State;

#define UNUSED(x) (void)(x)

fmi3Instance fmi3InstantiateCoSimulation(
    fmi3String name, fmi3String token, fmi3String resources, fmi3Boolean visible,
    fmi3Boolean logging, fmi3Boolean events, fmi3Boolean early,
    const fmi3ValueReference required[], size_t count, fmi3InstanceEnvironment environment,
    fmi3LogMessageCallback log, fmi3IntermediateUpdateCallback update)
{
    UNUSED(name), UNUSED(visible), UNUSED(logging), UNUSED(events), UNUSED(early);
    UNUSED(required), UNUSED(count), UNUSED(update);
    if (strcmp(token, "{lags}") || resources[0] != '/') {
        log(environment, fmi3Error, "start", "wrong token or resources");
        return NULL;
    }
    return calloc(1, sizeof(State));
}

void fmi3FreeInstance(fmi3Instance m) { free(m); }

fmi3Status fmi3EnterInitializationMode(fmi3Instance m, fmi3Boolean tolerated, fmi3Float64 tolerance,
                                       fmi3Float64 start, fmi3Boolean stops, fmi3Float64 stop)
{
    UNUSED(m), UNUSED(tolerance), UNUSED(stop);
    return tolerated || stops || start < 0.0 ? fmi3Error : fmi3OK;
}

fmi3Status fmi3ExitInitializationMode(fmi3Instance m) { UNUSED(m); return fmi3OK; }

fmi3Status fmi3Reset(fmi3Instance m)
{
    memset(m, 0, sizeof(State));
    return fmi3OK;
}

static double *place(State *m, fmi3ValueReference r)
{
    return r >= 200 ? &m->y[r - 200] : &m->u[r - 100];
}

fmi3Status fmi3SetFloat64(fmi3Instance m, const fmi3ValueReference refs[], size_t n,
                          const fmi3Float64 values[], size_t count)
{
    for (size_t i = 0; i < n; i++)
        *place(m, refs[i]) = values[i];
    return n == count ? fmi3OK : fmi3Error;
}

fmi3Status fmi3GetFloat64(fmi3Instance m, const fmi3ValueReference refs[], size_t n,
                          fmi3Float64 values[], size_t count)
{
    for (size_t i = 0; i < n; i++)
        values[i] = *place(m, refs[i]);
    return n == count ? fmi3OK : fmi3Error;
}

fmi3Status fmi3DoStep(fmi3Instance instance, fmi3Float64 now, fmi3Float64 length,
                      fmi3Boolean no_set_before, fmi3Boolean *event, fmi3Boolean *ends,
                      fmi3Boolean *early, fmi3Float64 *reached)
{
    State *m = instance;
    UNUSED(no_set_before);
    for (int i = 0; i < NY; i++)
        m->y[i] += length / TAU * (GAIN * m->u[i % NU] - m->y[i]);
    *event = *early = fmi3False;
    *ends = length > LONGEST;
    *reached = now + length;
    return fmi3OK;
}

fmi3Status fmi3GetFMUState(fmi3Instance m, fmi3FMUState *saved)
{
    if (!*saved)
        *saved = malloc(sizeof(State));
    memcpy(*saved, m, sizeof(State));
    return fmi3OK;
}

fmi3Status fmi3SetFMUState(fmi3Instance m, fmi3FMUState saved)
{
    memcpy(m, saved, sizeof(State));
    return fmi3OK;
}

fmi3Status fmi3FreeFMUState(fmi3Instance m, fmi3FMUState *saved)
{
    UNUSED(m);
    free(*saved);
    *saved = NULL;
    return fmi3OK;
}

fmi3Status fmi3SerializedFMUStateSize(fmi3Instance m, fmi3FMUState saved, size_t *size)
{
    UNUSED(m), UNUSED(saved);
    *size = sizeof(State);
    return fmi3OK;
}

fmi3Status fmi3SerializeFMUState(fmi3Instance m, fmi3FMUState saved, fmi3Byte bytes[], size_t size)
{
    UNUSED(m);
    memcpy(bytes, saved, size);
    return fmi3OK;
}

fmi3Status fmi3DeserializeFMUState(fmi3Instance m, const fmi3Byte bytes[], size_t size,
                                   fmi3FMUState *saved)
{
    UNUSED(m);
    if (!*saved)
        *saved = malloc(sizeof(State));
    memcpy(*saved, bytes, size);
    return fmi3OK;
}
