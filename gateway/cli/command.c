// SPDX-License-Identifier: GPL-2.0-or-later
/* Calling a command by its row: its options, its help, its act. */
#include "cli/command.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "cli/load.h"
#include "cli/screen.h"

#define MAX_OPTIONS      16
/* What getopt gives for the option of this place in the table. */
#define CODE_BASE        256
#define CODE_HELP        'h'
#define HELP_LEAST_WIDTH 22

static const struct cli_command *command_find(
	const struct cli_command *const commands[], const char *name)
{
	while (*commands && strcmp((*commands)->name, name) != 0)
		commands++;
	return *commands;
}

/* --- help --- */

static bool is_in_operands(const struct cli_command *command, const struct cli_option *option)
{
	cleanup_free char *word = xasprintf("--%s", option->name);

	return command->operands && strstr(command->operands, word);
}

/* " FILE" behind a letter, "=WHEN" behind a name that has none. */
static char *value_format(const struct cli_option *option)
{
	if (!option->value)
		return xstrdup("");
	if (option->letter)
		return xasprintf(option->value_if_bare ? " [%s]" : " %s", option->value);
	return xasprintf(option->value_if_bare ? "[=%s]" : "=%s", option->value);
}

/* "usage: vrfgate plan [-c FILE] [-j]" */
static void usage_print(FILE *out, const struct cli_command *command)
{
	fprintf(out, "usage: vrfgate %s", command->name);
	for (const struct cli_option *o = command->options; o && o->name; o++) {
		cleanup_free char *value = value_format(o);

		if (is_in_operands(command, o))
			continue;
		if (o->letter)
			fprintf(out, " [-%c%s]", o->letter, value);
		else
			fprintf(out, " [--%s%s]", o->name, value);
	}
	fprintf(out, "%s%s\n", command->operands ? " " : "",
		command->operands ? command->operands : "");
}

/* "  -c, --config FILE" */
static char *option_format(const struct cli_option *option)
{
	cleanup_free char *letter =
		option->letter ? xasprintf("-%c,", option->letter) : xstrdup("");
	cleanup_free char *value = value_format(option);

	return xasprintf("  %-3s --%s%s", letter, option->name, value);
}

static void options_print(const struct cli_option *options)
{
	static const struct cli_option help = { "help", CODE_HELP, .summary = "this text" };
	char *texts[MAX_OPTIONS] = { NULL };
	size_t count = 0, width = HELP_LEAST_WIDTH;

	for (; options && options[count].name; count++) {
		texts[count] = option_format(&options[count]);
		if (strlen(texts[count]) + 2 > width)
			width = strlen(texts[count]) + 2;
	}
	texts[count] = option_format(&help);
	for (size_t i = 0; i <= count; i++) {
		printf("%-*s%s\n", (int)width, texts[i],
			i < count ? options[i].summary : help.summary);
		free(texts[i]);
	}
}

static int command_help(const struct cli_command *command)
{
	usage_print(stdout, command);
	printf("%s\n\n", command->summary);
	options_print(command->options);
	return CLI_EXIT_DONE;
}

static void commands_print(FILE *out, const struct cli_command *const commands[])
{
	fputs("usage: vrfgate COMMAND [OPTIONS]\n\n", out);
	for (; *commands; commands++)
		fprintf(out, "  %-10s  %s\n", (*commands)->name, (*commands)->summary);
	fputs("\n'vrfgate help COMMAND' or -h tells a command's options; vrfgate(8) tells all.\n",
		out);
}

/* One that is not there; all are named where none of them can have been meant. */
static int command_unknown(const struct cli_command *const commands[], const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);

	for (size_t i = 0; commands[i]; i++)
		nearest_offer(&nearest, commands[i]->name);
	if (nearest.word) {
		fprintf(stderr, "vrfgate: no command '%s', did you mean '%s'?\n", name,
			nearest.word);
	} else {
		fprintf(stderr, "vrfgate: no command '%s'\n", name);
		commands_print(stderr, commands);
	}
	return CLI_EXIT_USAGE;
}

/* --- complaints --- */

int cli_usage(const struct cli_call *call, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "vrfgate %s: ", call->command->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	usage_print(stderr, call->command);
	return CLI_EXIT_USAGE;
}

int cli_no_such_vrf(const struct nearest *nearest)
{
	fprintf(stderr, "vrfgate: no such VRF: '%s'", nearest->wanted);
	if (nearest->word)
		fprintf(stderr, ", did you mean '%s'?", nearest->word);
	fputc('\n', stderr);
	return CLI_EXIT_NO_SUCH_VRF;
}

/* Without its value: "--jsn=x". */
static int long_option_unknown(const struct cli_call *call, const char *word)
{
	cleanup_free char *name = xstrndup(word + 2, strcspn(word + 2, "="));
	struct nearest nearest = NEAREST_INIT(name);

	nearest_offer(&nearest, "help");
	for (const struct cli_option *o = call->command->options; o && o->name; o++)
		nearest_offer(&nearest, o->name);
	if (nearest.word)
		return cli_usage(
			call, "unknown option '--%s', did you mean '--%s'?", name, nearest.word);
	return cli_usage(call, "unknown option '--%s'", name);
}

/* By what getopt_long gave: ':' or '?'. */
static int option_complain(const struct cli_call *call, char **argv, int code)
{
	const char *word = argv[optind - 1];

	if (code == ':')
		return cli_usage(call, "option '%s' needs a value", word);
	if (optopt && strncmp(word, "--", 2) == 0 && strchr(word, '='))
		return cli_usage(
			call, "option '%.*s' takes no value", (int)strcspn(word, "="), word);
	/* Of letters in one word optind points behind it only after the last: "-xj". */
	if (optopt)
		return cli_usage(call, "unknown option '-%c'", optopt);
	return long_option_unknown(call, word);
}

/* --- options and operands --- */

/* For getopt; `letters` has room for a letter and two colons each, and what is before and behind them. */
static void table_translate(const struct cli_command *command, struct option *longs, char *letters)
{
	size_t count = 0;

	letters += sprintf(letters, command->runs_command ? "+:" : ":");
	for (const struct cli_option *o = command->options; o && o->name; o++, count++) {
		int takes = !o->value      ? no_argument
			: o->value_if_bare ? optional_argument
					   : required_argument;

		assert(count < MAX_OPTIONS - 1);
		longs[count] = (struct option){ o->name, takes, NULL, CODE_BASE + (int)count };
		if (o->letter)
			letters += sprintf(letters, "%c%.*s", o->letter, takes, "::");
	}
	longs[count] = (struct option){ "help", no_argument, NULL, CODE_HELP };
	longs[count + 1] = (struct option){ 0 };
	strcpy(letters, "h");
}

static const struct cli_option *option_of(const struct cli_command *command, int code)
{
	const struct cli_option *option = command->options;

	if (code >= CODE_BASE)
		return &option[code - CODE_BASE];
	while (option->letter != code)
		option++;
	return option;
}

/* getopt takes "-w5" only; people write "-w 5" too. */
static const char *number_take(char **argv)
{
	const char *word = argv[optind];

	if (!word || !*word || word[strspn(word, "0123456789")])
		return NULL;
	return argv[optind++];
}

static void option_take(struct cli_call *call, const struct cli_option *option, char **argv)
{
	char *member = (char *)call + option->member;
	const char *value = optarg;

	if (!option->value) {
		*(bool *)member = true;
		return;
	}
	if (!value && option->letter)
		value = number_take(argv);
	*(const char **)member = value ? value : option->value_if_bare;
}

static int options_parse(struct cli_call *call, int argc, char **argv)
{
	struct option longs[MAX_OPTIONS + 1];
	char letters[3 * MAX_OPTIONS + 4];
	int code;

	table_translate(call->command, longs, letters);
	/* 0, not 1: getopt then also forgets a word that it left half read. */
	optind = 0;
	while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (code == CODE_HELP)
			return command_help(call->command);
		if (code == ':' || code == '?')
			return option_complain(call, argv, code);
		option_take(call, option_of(call->command, code), argv);
	}
	call->operands = argv + optind;
	call->n_operands = (unsigned)(argc - optind);
	return CLI_GO_ON;
}

/* VRF, then options again, then the command: `exec acme -u zabbix -- fping 10.0.0.1`. */
static int command_line_split(struct cli_call *call, char **argv)
{
	if (!call->root) {
		if (call->n_operands == 0)
			return cli_usage(call, "expected a VRF");
		call->vrf = call->operands[0];
		call->operands[0] = argv[0];
		int r = options_parse(call, (int)call->n_operands, call->operands);

		if (r != CLI_GO_ON)
			return r;
	}
	return call->n_operands ? CLI_GO_ON : cli_usage(call, "expected a command");
}

static int operands_judge(const struct cli_call *call)
{
	const struct cli_command *command = call->command;
	const char *word = command->operands;
	int length;

	if (call->n_operands >= command->least && call->n_operands <= command->most)
		return CLI_GO_ON;
	if (command->most == 0)
		return cli_usage(call, "unexpected '%s'", call->operands[0]);
	word += strspn(word, "[");
	length = (int)strcspn(word, ".]");
	return cli_usage(call,
		command->most == 1 ? "expected one %.*s" : "expected one %.*s or more", length,
		word);
}

static int colour_judge(const struct cli_call *call)
{
	if (screen_colours(call->colour) >= 0)
		return CLI_GO_ON;
	return cli_usage(call, "--color=%s: expected auto, always or never", call->colour);
}

static int root_judge(const struct cli_call *call)
{
	if (!call->command->needs_root || geteuid() == 0)
		return CLI_GO_ON;
	fprintf(stderr, "vrfgate %s: only root can do that\n", call->command->name);
	return CLI_EXIT_FAILED;
}

static int command_call(struct cli_call *call, int argc, char **argv)
{
	const struct cli_command *command = call->command;
	int r = options_parse(call, argc, argv);

	if (r == CLI_GO_ON)
		r = command->runs_command ? command_line_split(call, argv) : operands_judge(call);
	if (r == CLI_GO_ON)
		r = colour_judge(call);
	if (r == CLI_GO_ON && command->judge)
		r = command->judge(call);
	if (r == CLI_GO_ON)
		r = root_judge(call);
	if (r != CLI_GO_ON)
		return r;
	if (command->load)
		r = cli_load_config(call->config_path, command->load, &call->config);
	if (r == CLI_GO_ON || r == CLI_EXIT_DONE)
		r = command->act(call);
	config_destroy(call->config);
	return r;
}

int cli_main(const struct cli_command *const commands[], int argc, char **argv)
{
	struct cli_call call = {
		.commands = commands, .operands = argv, .config_path = CONFIG_DEFAULT_PATH
	};
	const char *name = argc > 1 ? argv[1] : NULL;

	if (!name) {
		commands_print(stderr, commands);
		return CLI_EXIT_USAGE;
	}
	if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
		name = cli_help.name;
	if (strcmp(name, "-V") == 0 || strcmp(name, "--version") == 0)
		name = cli_version.name;
	call.command = command_find(commands, name);
	return call.command ? command_call(&call, argc - 1, argv + 1)
			    : command_unknown(commands, name);
}

/* --- the commands about commands --- */

static int help_act(struct cli_call *call)
{
	const struct cli_command *command;

	if (call->n_operands == 0) {
		commands_print(stdout, call->commands);
		return CLI_EXIT_DONE;
	}
	command = command_find(call->commands, call->operands[0]);
	return command ? command_help(command) : command_unknown(call->commands, call->operands[0]);
}

const struct cli_command cli_help = {
	.name = "help",
	.summary = "list the commands, or print the options of one",
	.operands = "[COMMAND]",
	.most = 1,
	.act = help_act,
};

static int version_act(struct cli_call *call)
{
	(void)call;
	puts("vrfgate " VRFGATE_VERSION);
	return CLI_EXIT_DONE;
}

const struct cli_command cli_version = {
	.name = "version",
	.summary = "print the version",
	.act = version_act,
};
