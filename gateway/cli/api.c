// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening the API for commands. */
#include "cli/api.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "reporter/turn.h"

#define TURN_PATIENCE_MS 60000
#define TURN_QUIET_MS    3000
#define TURN_POLL_MS     100

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };
#define N_STOP_SIGNALS (sizeof(stop_signals) / sizeof(stop_signals[0]))

static volatile sig_atomic_t told_to_stop;

static void on_stop_signal(int number)
{
	(void)number;
	told_to_stop = 1;
}

static bool is_told_to_stop(void *arg, uint64_t waited_ms)
{
	(void)arg;
	(void)waited_ms;
	return told_to_stop;
}

void cli_stop_signals_ignore(void)
{
	for (size_t i = 0; i < N_STOP_SIGNALS; i++)
		signal(stop_signals[i], SIG_IGN);
}

/* What is ignored stays so. */
static void stop_signals_note(void)
{
	for (size_t i = 0; i < N_STOP_SIGNALS; i++) {
		struct sigaction old, noted = { .sa_handler = on_stop_signal };

		if (sigaction(stop_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(stop_signals[i], &noted, NULL);
	}
}

int cli_api_open(
	const struct reporter_inventory *inventory, struct zabbix_api **api, struct error *err)
{
	struct zabbix_login login;

	if (!*inventory->config->zabbix.url)
		return error_set(
			err, EDESTADDRREQ, "zabbix.url is not set: there is no Zabbix API");
	reporter_inventory_login(inventory, &login);
	stop_signals_note();
	login.cancelled = is_told_to_stop;
	return zabbix_api_create(&login, api, err);
}

void cli_api_close(struct zabbix_api **api)
{
	zabbix_api_destroy(*api);
}

int cli_turn_take(const struct config_gateway *gateway, int *fd, struct error *err)
{
	uint64_t begin_ms = clock_now_ms();
	bool told = false;
	int r = reporter_turn_open(gateway, fd, err);

	while (r == 0 && (r = reporter_turn_take(*fd, err)) == 0) {
		uint64_t waited_ms = clock_now_ms() - begin_ms;

		if (waited_ms >= TURN_PATIENCE_MS)
			return error_set(err, EBUSY,
				"another has been writing to Zabbix for %d s ('%s/zabbix.lock')",
				TURN_PATIENCE_MS / 1000, gateway->state_dir);
		if (waited_ms >= TURN_QUIET_MS && !told) {
			fputs("waiting for another that writes to Zabbix\n", stderr);
			told = true;
		}
		poll(NULL, 0, TURN_POLL_MS);
	}
	return r < 0 ? r : 0;
}
