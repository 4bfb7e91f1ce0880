/* RODAS3: Rosenbrock method of order 3(2), 4 stages, L-stable, stiffly accurate
 * (Sandu et al., Atmospheric Environment 31 (1997) 3459, in the form of KPP: gamma = 1/2).
 *
 * It works with the model's exact sparse Jacobian. Registers are states that feed nothing; they
 * are carried with their rows of the Jacobian, so that every linear invariant of the equations,
 * and with it the first law, holds to round-off whatever the tolerance.
 */
#ifndef RODAS3_H
#define RODAS3_H

#include <math.h>
#include <string.h>
#include "model.h"

#define TOLERANCE 0.01    /* K, local error of a temperature in a sub-step */
#define FIRST_SUBSTEP 4.0 /* s */
#define SMALLEST_SUBSTEP 0.25
#define MOST_SUBSTEPS 500

/* (c I - J) k = k, the registers' rows afterwards */
static void solve_stage(const double *a, const double *rows, double c, double *k)
{
    substitute(a, k);
    register_rows(rows, k);
    for (int i = ND; i < NX; i++)
        k[i] /= c;
}

/* One sub-step of h seconds from x to next; returns the local error in K, *worst its state. */
static double substep(const double *u, const double *x, double *w, double h, double *next,
                      int *worst)
{
    double a[NA], rows[NR], f[NX], y[NX], k1[NX], k2[NX], k3[NX], k4[NX];
    const double c = 2.0 / h, q = 1.0 / h;

    driving_signals(u, x, w);
    derivatives(u, x, w, f);
    iteration_matrix(u, x, w, c, a, rows);
    factorise(a);

    memcpy(k1, f, sizeof f);
    solve_stage(a, rows, c, k1);

    for (int i = 0; i < NX; i++)
        k2[i] = f[i] + 4.0 * q * k1[i];
    solve_stage(a, rows, c, k2);

    for (int i = 0; i < NX; i++)
        y[i] = x[i] + 2.0 * k1[i];
    driving_signals(u, y, w);
    derivatives(u, y, w, f);
    for (int i = 0; i < NX; i++)
        k3[i] = f[i] + q * (k1[i] - k2[i]);
    solve_stage(a, rows, c, k3);

    for (int i = 0; i < NX; i++)
        y[i] += k3[i];
    driving_signals(u, y, w);
    derivatives(u, y, w, f);
    for (int i = 0; i < NX; i++)
        k4[i] = f[i] + q * (k1[i] - k2[i] - (8.0 / 3.0) * k3[i]);
    solve_stage(a, rows, c, k4);

    for (int i = 0; i < NX; i++)
        next[i] = y[i] + k4[i];
    double error = 0.0;
    for (int i = 0; i < NT; i++) {
        double e = fabs(k4[i]);
        if (!(e <= error)) { /* also when it is not a number */
            error = e;
            *worst = i;
        }
    }
    return error;
}

enum { FINISHED, TOO_MANY_SUBSTEPS, NOT_FINITE };

/* Moves x on by `length` seconds with the inputs held. */
static int integrate(const double *u, double *x, double *w, double length, int *worst)
{
    double done = 0.0, h = fmin(FIRST_SUBSTEP, length), next[NX];
    for (int count = 0; length - done > 1e-9 * length; count++) {
        if (count == MOST_SUBSTEPS)
            return TOO_MANY_SUBSTEPS;
        if (length - done < 1.01 * h)
            h = length - done;
        double error = substep(u, x, w, h, next, worst);
        double factor = 0.8 * cbrt(TOLERANCE / (error + 1e-12));
        if (!(error <= TOLERANCE) && h > SMALLEST_SUBSTEP) {
            factor = factor > 0.15 ? factor : 0.15; /* 0.15 too when it is not a number */
            h = fmax(SMALLEST_SUBSTEP, h * factor);
            continue;
        }
        for (int i = 0; i < NX; i++)
            if (!isfinite(next[i])) {
                *worst = i;
                return NOT_FINITE;
            }
        memcpy(x, next, sizeof next);
        done += h;
        h *= fmin(4.0, fmax(factor, 0.15));
        h = fmax(h, SMALLEST_SUBSTEP);
    }
    return FINISHED;
}

#endif
