/*
 * paths.c - see paths.h.
 */
#include "app/paths.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "host/errmap.h"

#define USER_DIRS_LINES_MAX 1000

static const char *env_absolute(const char *name)
{
	/* At start, before any thread. NOLINTNEXTLINE(concurrency-mt-unsafe) */
	const char *s = getenv(name);

	return s && s[0] == '/' ? s : NULL;
}

static char *home(void)
{
	const char *h = env_absolute("HOME");
	const struct passwd *pw;

	if (h)
		return mem_strdup(h);
	pw = getpwuid(getuid()); /* NOLINT(concurrency-mt-unsafe): likewise */
	return mem_strdup(pw && pw->pw_dir ? pw->pw_dir : "/");
}

/* $VAR/tail, or ~/fallback/tail. */
static char *below(const char *var, const char *fallback, const char *tail)
{
	const char *base = env_absolute(var);
	char *h, *s;

	if (base)
		return mem_printf("%s/%s", base, tail);
	h = home();
	s = mem_printf("%s/%s/%s", h, fallback, tail);
	mem_free(h);
	return s;
}

char *paths_state(void)
{
	return below("XDG_STATE_HOME", ".local/state", "bttui");
}

char *paths_config(void)
{
	return below("XDG_CONFIG_HOME", ".config", "bttui/config");
}

char *paths_absolute(const char *path)
{
	char *base, *s;

	if (path[0] == '/')
		return mem_strdup(path);
	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0')) {
		base = home();
		s = mem_printf("%s%s", base, path + 1);
		mem_free(base);
		return s;
	}
	base = getcwd(NULL, 0);
	if (strcmp(path, ".") == 0)
		s = mem_strdup(base ? base : "/");
	else
		s = mem_printf("%s/%s", base ? base : "", path);
	free(base);
	return s;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The value of `XDG_DOWNLOAD_DIR="$HOME/..."` or `="/..."`; NULL if the line
 * is another one. */
static char *parse_user_dir(char *line)
{
	static const char key[] = "XDG_DOWNLOAD_DIR=\"";
	char *value, *end, *h, *s;

	line += strspn(line, " \t");
	if (strncmp(line, key, sizeof key - 1) != 0)
		return NULL;
	value = line + sizeof key - 1;
	end = strchr(value, '"');
	if (!end)
		return NULL;
	*end = '\0';
	if (value[0] == '/')
		return mem_strdup(value);
	if (strncmp(value, "$HOME/", 6) != 0)
		return NULL;
	h = home();
	s = mem_printf("%s/%s", h, value + 6);
	mem_free(h);
	return s;
}

static char *read_user_dirs(void)
{
	char *path = below("XDG_CONFIG_HOME", ".config", "user-dirs.dirs");
	FILE *f = fopen(path, "re");
	char line[1024];
	char *found = NULL;

	mem_free(path);
	if (!f)
		return NULL;
	for (int i = 0; i < USER_DIRS_LINES_MAX && !found; i++) {
		if (!fgets(line, sizeof line, f))
			break;
		found = parse_user_dir(line);
	}
	fclose(f);
	return found;
}

char *paths_download(void)
{
	const char *env = env_absolute("XDG_DOWNLOAD_DIR");
	char *s = env ? mem_strdup(env) : read_user_dirs();

	if (s && is_dir(s))
		return s;
	mem_free(s);
	return paths_absolute(".");
}

static enum err dir_fault(const char *path, int os, struct fault *fault)
{
	char clean[120];

	text_clean_to(clean, sizeof clean, span_str(path));
	return fault_set(fault, errmap_code(os), os,
		"cannot make the folder %s: %s", clean, errmap_text(os));
}

enum err paths_make_dir(const char *path, unsigned mode, struct fault *fault)
{
	char *s = mem_strdup(path);
	enum err e = ERR_OK;

	/* Each parent in turn: cut at its slash, make it, mend the cut. */
	for (char *p = s; *p && e == ERR_OK; p++) {
		if (p == s || *p != '/')
			continue;
		*p = '\0';
		if (mkdir(s, mode) != 0 && !is_dir(s))
			e = dir_fault(s, errno, fault);
		*p = '/';
	}
	if (e == ERR_OK && mkdir(s, mode) != 0 && !is_dir(s))
		e = dir_fault(s, errno, fault);
	mem_free(s);
	return e;
}
