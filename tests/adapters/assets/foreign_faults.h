/* What an FMU may do to its process. ARMED names a file with the place and the fault, such as
 * "step segfault"; the fault comes once, or with "always" behind it each time.
 */
#ifndef FOREIGN_FAULTS_H
#define FOREIGN_FAULTS_H
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* the status to be returned, 0 for none; -1: outputs that are no numbers */
static int fault(const char *place)
{
#ifdef ARMED
    char where[16] = "", what[16] = "", often[16] = "";
    FILE *file = fopen(ARMED, "r");
    if (!file)
        return 0;
    int words = fscanf(file, "%15s %15s %15s", where, what, often);
    fclose(file);
    if (words < 2 || strcmp(where, place))
        return 0;
    if (words < 3)
        remove(ARMED);
    if (!strcmp(what, "segfault"))
        *(volatile int *)8 = 1;
    if (!strcmp(what, "abort"))
        abort();
    if (!strcmp(what, "exit"))
        exit(3);
    if (!strcmp(what, "hang"))
        for (;;)
            pause();
    if (!strcmp(what, "spin"))
        for (volatile int i = 0;; i++)
            ;
    if (!strcmp(what, "stopped"))
        raise(SIGSTOP);
    if (!strcmp(what, "children")) {
        if (fork() == 0)
            for (;;)
                pause();
        abort();
    }
    if (!strcmp(what, "memory"))
        for (;;) {
            size_t size = 16 << 20;
            char *taken = malloc(size);
            memset(taken, 1, size);
        }
    if (!strcmp(what, "chatter"))
        for (int i = 0; i < 200000; i++)
            fprintf(stderr, "an FMU that has much to say, line %d\n", i);
    if (!strcmp(what, "closes"))
        for (int i = 0; i < 64; i++)
            close(i);
    if (!strcmp(what, "nan"))
        return -1;
    if (!strcmp(what, "discard"))
        return 2;
    if (!strcmp(what, "error"))
        return 3;
    if (!strcmp(what, "fatal"))
        return 4;
#else
    (void)place;
#endif
    return 0;
}
#endif
