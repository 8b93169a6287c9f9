// SPDX-License-Identifier: GPL-2.0-or-later
/* In libFuzzer's place: a fuzz target is called once with each input kept, and that is one test. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/strings.h"
#include "fuzz.h"

#define PREFIX        "fuzz_"
#define LARGEST_INPUT (16u << 20)

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int input_replay(const char *directory, const char *name)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, name), *data = NULL;
	struct error err = ERROR_INIT;
	size_t size;

	if (file_read(path, LARGEST_INPUT, &data, &size, &err) < 0) {
		printf("# %s\n", err.text);
		return -1;
	}
	/* What is not told when it ends is the one that ended it. */
	fprintf(stderr, "# %s\n", path);
	return LLVMFuzzerTestOneInput((const uint8_t *)data, size);
}

/* build/.../fuzz_config replays tests/fuzz/corpus/config. */
int main(int argc, char *argv[])
{
	const char *slash = strrchr(argv[0], '/'), *own = slash ? slash + 1 : argv[0];
	cleanup_free char *directory = NULL;
	struct dirent **names = NULL;
	int count, failed = 0;

	(void)argc;
	if (strncmp(own, PREFIX, strlen(PREFIX)) != 0)
		return EXIT_FAILURE;
	directory = xasprintf("tests/fuzz/corpus/%s", own + strlen(PREFIX));
	count = scandir(directory, &names, visible, alphasort);
	for (int i = 0; i < count; i++) {
		failed += input_replay(directory, names[i]->d_name) != 0;
		free(names[i]);
	}
	free(names);
	printf("1..1\n%s 1 - %d inputs\n", count > 0 && failed == 0 ? "ok" : "not ok", count);
	return count > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
