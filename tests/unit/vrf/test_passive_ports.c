// SPDX-License-Identifier: GPL-2.0-or-later
#include "../config/loaded.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "vrf/passive_ports.h"

static const uint32_t ids[] = { 0, 1 };

static struct strings judge(const char *mode, unsigned int port)
{
	struct strings warnings = { 0 };
	cleanup_free char *text =
		xasprintf("uplink { mode = %s passive_port = %u } zabbix { server = 192.0.2.1 }\n"
			  "vrf a { } vrf b { proxy { mode = passive } }",
			mode, port);
	cleanup_loaded struct loaded loaded = loaded_text(text);

	assert_no_faults(&loaded);
	passive_ports_judge(loaded.config, ids, &warnings);
	return warnings;
}

/* A listener at a port that the kernel has chosen, which is in its range. */
static int listener_open(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && listen(fd, 1) == 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void a_port_that_a_program_has_is_told(void **state)
{
	cleanup_fd int fd = -1;
	cleanup(strings_finish) struct strings warnings = { 0 }, elsewhere = { 0 };
	cleanup_free char *start = NULL;
	uint16_t port;

	(void)state;
	fd = listener_open(&port);
	start = xasprintf("port %u is that of a passive proxy", port);
	warnings = judge("nat", port - 1U);
	assert_int_equal(warnings.count, 2);
	assert_non_null(strstr(warnings.items[0], start));
	assert_non_null(strstr(warnings.items[1], "net.ipv4.ip_local_port_range"));
	elsewhere = judge("routed", port - 1U);
	assert_int_equal(elsewhere.count, 0);
}

static void ports_that_nobody_has_are_no_matter(void **state)
{
	cleanup(strings_finish) struct strings warnings = judge("nat", 1);

	(void)state;
	assert_int_equal(warnings.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_that_a_program_has_is_told),
		cmocka_unit_test(ports_that_nobody_has_are_no_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
