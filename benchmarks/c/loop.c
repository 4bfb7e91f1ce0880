/* Steps any FMI 2.0 co-simulation slave over a table of inputs: what a step costs without Python. */
#include "fmi2FunctionTypes.h"

int run(fmi2SetRealTYPE *set, fmi2DoStepTYPE *step, fmi2GetRealTYPE *get, fmi2Component c,
        const fmi2ValueReference in[], size_t inputs, const double *given,
        const fmi2ValueReference out[], size_t outputs, double *taken, size_t steps, double start,
        double seconds) {
    for (size_t i = 0; i < steps; i++) {
        if (set(c, in, inputs, given + i * inputs)) return 1;
        if (step(c, start + (double)i * seconds, seconds, fmi2True)) return 2;
        if (get(c, out, outputs, taken + i * outputs)) return 3;
    }
    return 0;
}
