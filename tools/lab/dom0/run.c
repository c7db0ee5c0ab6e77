/*
 * run ID COMMAND...: runs a command so that its process can be signalled from outside, by the id.
 *
 * A process group of its own makes the same difference as a terminal does: Ctrl-C reaches all of it. A program and no
 * script, because every command of every test passes through here, and an emulated processor takes a fifth of a second
 * to start a shell that forks twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_pid(const char *path, pid_t pid)
{
    FILE *file = fopen(path, "w");
    if (file == NULL || fprintf(file, "%d\n", (int)pid) < 0 || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void become(char **command)
{
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

int main(int count, char **words)
{
    char path[128];
    pid_t child;
    int status;

    if (count < 3) {
        fputs("usage: run ID COMMAND...\n", stderr);
        return 2;
    }
    snprintf(path, sizeof(path), "/run/lab/%s", words[1]);
    if (isatty(STDIN_FILENO)) {
        write_pid(path, getpid());
        become(words + 2);
    }
    child = fork();
    if (child < 0) {
        perror("fork");
        return 1;
    }
    if (child == 0) {
        setpgid(0, 0);
        become(words + 2);
    }
    setpgid(child, child); /* whoever of the two comes first */
    write_pid(path, child);
    if (waitpid(child, &status, 0) < 0) {
        perror("waitpid");
        return 1;
    }
    unlink(path);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
