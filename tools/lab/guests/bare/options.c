/* Options from the command line, words of the form NAME=VALUE. */
#include "guest.h"

static const char *line = "";

void options_init(const char *command_line)
{
    line = command_line;
}

static const char *find(const char *name)
{
    size_t length = length_of(name), i;
    const char *word;

    for (word = line; *word; word++) {
        if (word != line && word[-1] != ' ')
            continue;
        for (i = 0; i < length && word[i] == name[i]; i++)
            ;
        if (i == length && word[i] == '=')
            return word + length + 1;
    }
    return NULL;
}

uint32_t option_number(const char *name)
{
    const char *value = find(name);
    uint32_t number = 0;

    for (; value && *value >= '0' && *value <= '9'; value++)
        number = number * 10 + (uint32_t)(*value - '0');
    return number;
}

bool option_is(const char *name, const char *value)
{
    const char *found = find(name);

    if (!found)
        return false;
    while (*value && *value == *found)
        value++, found++;
    return !*value && (!*found || *found == ' ');
}
