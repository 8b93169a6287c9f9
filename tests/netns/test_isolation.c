// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attacks by a customer and by who has taken over a proxy, five times over: behind the firewall, the
 * same on a host that forwards, without our tables, with the kernel's settings loosened instead, and
 * with neither. What firewall or settings are to stop must get through once they are gone: an attack
 * that could never succeed would prove nothing. Meanwhile all that is allowed goes on.
 */
#include "spoof.h"
#include "nft.h"
#include "services.h"

#define GRACE_MS 100 /* for what shall not come and might */

enum run { GUARDED, FORWARDING, OPEN, LOOSENED, BARE, RUNS };
static const char *const run_names[RUNS] = { "behind the firewall", "on a host that forwards",
	"without the firewall", "with settings loosened", "with neither" };

static const bool succeeds[][RUNS] = {
	[ALLOWED] = { true, true, true, true, true },
	[ROUTED] = { false, true, true, true, true },
	[FIREWALL] = { false, false, true, false, true },
	[SETTING] = { false, false, false, true, true },
	[BOTH] = { false, false, false, false, true },
	[RIGHTS] = { false, false, false, false, true },
	[KERNEL] = { false, false, false, false, false },
};

/* ---- packets: they succeed where they are let in ---- */

static bool packet_heard[RUNS][N_PACKETS];
static struct sender senders[WAYS];
static struct capture captures[CAPTURES];

/* Tells a packet from all others. */
#define TOKEN_SIZE 8

static void write_token(char token[TOKEN_SIZE + 1], enum run run, size_t i)
{
	snprintf(token, TOKEN_SIZE + 1, "try%d#%03zu", run, i);
}

static size_t packet_payload(const struct packet *packet, const char *token, uint8_t payload[64])
{
	struct tcphdr tcp = { .th_dport = htons(packet->port),
		.th_off = 5,
		.th_flags = (uint8_t)packet->detail,
		.th_win = htons(1024) };
	struct udphdr udp = { .uh_dport = htons(packet->port) };
	struct icmp6_hdr icmp = { .icmp6_type = (uint8_t)packet->detail };
	const void *header = &icmp;
	size_t size = sizeof(icmp);

	tcp.th_sport = udp.uh_sport = htons((uint16_t)(30000 + (packet - packets)));
	udp.uh_ulen = htons(sizeof(udp) + TOKEN_SIZE);
	if (packet->protocol == IPPROTO_TCP) {
		header = &tcp;
		size = sizeof(tcp);
	} else if (packet->protocol == IPPROTO_UDP) {
		header = &udp;
		size = sizeof(udp);
	}
	memcpy(payload, header, size);
	memcpy(payload + size, token, TOKEN_SIZE);
	return size + TOKEN_SIZE;
}

static void send_frame(const struct packet *packet, const struct frame *frame)
{
	const struct sender *sender = &senders[packet->way];
	const size_t first = 24, start = sizeof(struct ether_header) + sizeof(struct ip6_hdr);
	struct frame piece;

	if (packet->protocol != IPPROTO_TCP || !(packet->detail & IN_PIECES)) {
		sender_send(sender, frame);
		return;
	}
	frame_cut(frame, 0, first, &piece);
	sender_send(sender, &piece);
	frame_cut(frame, first, frame->size - start - first, &piece);
	sender_send(sender, &piece);
}

static void send_packet(const struct packet *packet, enum run run)
{
	struct address from = world_address(packet->from), to = world_address(packet->to);
	char token[TOKEN_SIZE + 1];
	struct frame frame;
	uint8_t payload[64];
	size_t size;

	write_token(token, run, (size_t)(packet - packets));
	size = packet_payload(packet, token, payload);
	sender_begin(&senders[packet->way], &frame,
		from.family == AF_INET ? ETHERTYPE_IP : ETHERTYPE_IPV6);
	frame_put_packet(&frame, &from, &to, packet->protocol, payload, size);
	send_frame(packet, &frame);
}

static void on_packet(enum place place, const void *data, size_t size)
{
	const char *token = memmem(data, size, "try", 3);
	unsigned int run, i;
	char text[TOKEN_SIZE + 1] = "";

	if (!token || (size_t)(token - (const char *)data) + TOKEN_SIZE > size)
		return;
	memcpy(text, token, TOKEN_SIZE);
	if (sscanf(text, "try%1u#%3u", &run, &i) == 2 && run < RUNS && i < N_PACKETS &&
		place == packets[i].heard_in)
		packet_heard[run][i] = true;
}

static bool all_heard(enum run run)
{
	for (size_t i = 0; i < N_PACKETS; i++)
		if (succeeds[packets[i].why][run] && !packet_heard[run][i])
			return false;
	return true;
}

static void run_packets(enum run run)
{
	uint64_t deadline_ms = clock_now_ms() + PATIENCE_MS;

	for (size_t i = 0; i < N_PACKETS; i++)
		send_packet(&packets[i], run);
	while (!all_heard(run) && clock_now_ms() < deadline_ms)
		(void)capture_listen(captures, GRACE_MS, on_packet);
	while (capture_listen(captures, GRACE_MS, on_packet) && clock_now_ms() < deadline_ms)
		;
}

/* ---- lies: they succeed where the kernel believes them ---- */

static bool lie_believed[RUNS][N_LIES];

/* What is answered was sent after the lie, by the same way. */
static void await_judgement(const struct lie *lie, enum run run)
{
	if (lie->way == BY_PROXY ? !pings("", INSIDE_A) : !pings("custb", "10.0.0.2"))
		fail_msg("no answer after: %s, %s", lie->name, run_names[run]);
}

static bool is_believed(const struct lie *lie, const char *before, enum run run)
{
	uint64_t deadline_ms = clock_now_ms() + PATIENCE_MS;
	struct frame frame;
	bool changed;

	sender_begin(&senders[lie->way], &frame, lie->type);
	lie->put(&frame);
	sender_send(&senders[lie->way], &frame);
	do {
		cleanup_free char *now = NULL;

		await_judgement(lie, run);
		now = world_read(lie->look);
		changed = strcmp(before, now) != 0;
	} while (!changed && succeeds[lie->why][run] && clock_now_ms() < deadline_ms);
	return changed;
}

/* All that is believed stays so: each run is compared with what was before the first. */
static void run_lies(enum run run)
{
	static char *before[N_LIES];

	for (size_t i = 0; i < N_LIES; i++) {
		if (run == GUARDED)
			before[i] = world_read(lies[i].look);
		lie_believed[run][i] = is_believed(&lies[i], before[i], run);
		if (run == RUNS - 1)
			free(before[i]);
	}
}

/* ---- deeds: what a proxy has no right to do, and root has ---- */

struct deed {
	const char *name;
	const char *command;
	enum why why;
};

static const struct deed deeds[] = {
	{ "proxy takes another's address", "ip addr add " INSIDE_B "/128 dev uplink nodad",
		RIGHTS },
	{ "proxy adds a route", "ip route add fd78::/64 via " ROOT_A, RIGHTS },
	{ "proxy replaces a neighbour",
		"ip neigh replace fd01::9 lladdr 02:00:00:00:00:09 dev uplink", RIGHTS },
	{ "proxy changes the rules", "nft add table inet proxy", RIGHTS },
	{ "proxy changes a setting", "sysctl -qw net.ipv4.ip_default_ttl=65", RIGHTS },
	{ "proxy enters another VRF", "nsenter --net=/run/netns/bravo true", RIGHTS },
	{ "proxy is root of a user namespace",
		"unshare --user --map-root-user ip addr add " INSIDE_B "/128 dev lo nodad",
		KERNEL },
};
#define N_DEEDS (sizeof(deeds) / sizeof(*deeds))

static bool deed_done[RUNS][N_DEEDS];

static bool is_done(const struct deed *deed, enum run run)
{
	return world_run("nsenter --net=/run/netns/acme %s %s 2>/dev/null",
		       run == BARE ? ""
				   : "setpriv --reuid=nobody --regid=nogroup --clear-groups "
				     "--bounding-set=-all,+net_raw",
		       deed->command) == 0;
}

/* ---- services: they always work ---- */

static bool service_works[RUNS][N_SERVICES];

/* ---- the runs ---- */

static const char forward[] = "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1";

static const char delete_tables[] = "nft flush ruleset && for n in acme bravo charlie; do "
				    "nsenter --net=/run/netns/$n nft flush ruleset || exit; done";

/* A namespace that forwards takes no redirects, so bravo does not yet. */
static const char loosen_settings[] =
	"set -e; inside() { n=$1; shift; nsenter --net=/run/netns/$n sysctl -qw $@; }\n"
	"sysctl -qw net.ipv4.conf.vg0.rp_filter=0\n"
	"for n in acme bravo; do for c in all cust uplink; do "
	"inside $n net.ipv4.conf.$c.rp_filter=0; done; done\n"
	"inside acme net.ipv6.conf.site.disable_ipv6=0 net.ipv4.conf.site.rp_filter=0 "
	"net.ipv4.conf.cust.route_localnet=1\n"
	"inside bravo net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0 "
	"net.ipv6.conf.cust.accept_ra=2 net.ipv6.conf.cust.accept_redirects=1 "
	"net.ipv4.conf.all.accept_redirects=1 net.ipv4.conf.cust.accept_redirects=1 "
	"net.ipv4.conf.all.secure_redirects=0 net.ipv4.conf.cust.secure_redirects=0 "
	"net.ipv4.conf.cust.arp_accept=1\n";

/* Ways that are not there otherwise. */
static const char loosen_ways[] =
	"set -e; nsenter --net=/run/netns/bravo sysctl -qw "
	"net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1\n"
	"for to in 203.0.113.0/24 10.66.0.0/16; do "
	"ip -n acme route replace $to via inet6 " ROOT_A " dev uplink; done\n"
	"for to in fd5a:b1c0:de00::/64 fd77::/64 fd66::/64; do "
	"ip -n acme route replace $to via " ROOT_A "; done\n"
	"ip route replace 10.66.0.0/16 via inet6 " INSIDE_B " dev vg1\n"
	"ip route replace fd66::/64 via " INSIDE_B "\n";

static const char forget_neighbours[] =
	"ip -n bravo neigh flush dev cust && ip neigh flush dev vg0";

/* Where a redirect leads to. */
static const char know_neighbour[] =
	"ip -n bravo neigh replace 10.0.0.66 lladdr 02:00:00:00:00:66 dev cust";

static void do_script(const char *script)
{
	if (system(script) != 0)
		fail_msg("cannot do: %s", script);
}

static void up(const struct net_want wants[2])
{
	for (int i = 0; i < 2; i++)
		world_up(&wants[i]);
}

static void prepare(enum run run, const struct net_want wants[2])
{
	switch (run) {
	case GUARDED:
		do_script(know_neighbour);
		break;
	case FORWARDING:
		do_script(forward);
		break;
	case OPEN:
		do_script(delete_tables);
		break;
	case LOOSENED:
		up(wants);
		do_script(forget_neighbours);
		do_script(loosen_settings);
		break;
	case BARE:
		do_script(delete_tables);
		do_script(loosen_settings);
		break;
	case RUNS:
		break;
	}
}

static void conduct(enum run run, const struct net_want wants[2])
{
	prepare(run, wants);
	run_lies(run);
	if (run >= LOOSENED)
		do_script(loosen_ways);
	run_packets(run);
	for (size_t i = 0; i < N_DEEDS; i++)
		deed_done[run][i] = is_done(&deeds[i], run);
	for (size_t i = 0; i < N_SERVICES; i++)
		service_works[run][i] = works(&services[i]);
}

static int conduct_all(void **state)
{
	struct net_want wants[] = { customers_want(), customers_other_want() };

	(void)state;
	customers_connect();
	up(wants);
	customers_await_addresses();
	for (enum way way = 0; way < WAYS; way++)
		sender_open(&senders[way], ways[way].out, ways[way].in);
	capture_open(captures);
	services_begin();
	for (enum run run = GUARDED; run < RUNS; run++)
		conduct(run, wants);
	for (int i = 0; i < 2; i++)
		net_want_finish(&wants[i]);
	return 0;
}

/* ---- a test for each ---- */

struct result {
	enum why why;
	const bool *got; /* of the first run */
	size_t stride;
};

static void judge(void **state)
{
	const struct result *result = *state;
	char wrong[256] = "";

	for (int run = 0; run < RUNS; run++) {
		size_t used = strlen(wrong);

		if (result->got[(size_t)run * result->stride] != succeeds[result->why][run])
			snprintf(wrong + used, sizeof(wrong) - used, ", %s %s",
				succeeds[result->why][run] ? "fails" : "succeeds", run_names[run]);
	}
	if (*wrong)
		fail_msg("%s", wrong + 2);
}

#define N_TESTS (N_PACKETS + N_LIES + N_DEEDS + N_SERVICES)
static struct result results[N_TESTS];
static struct CMUnitTest tests[N_TESTS];
static size_t n_tests;

static void add_test(const char *name, enum why why, const bool *got, size_t stride)
{
	results[n_tests] = (struct result){ why, got, stride };
	tests[n_tests] = (struct CMUnitTest){ name, judge, NULL, NULL, &results[n_tests] };
	n_tests++;
}

int main(void)
{
	const char *why = world_enter();

	if (!why)
		why = nft_missing();
	if (why) {
		printf("1..0 # SKIP no namespaces with a firewall here: %s\n", why);
		return 0;
	}
	for (size_t i = 0; i < N_PACKETS; i++)
		add_test(packets[i].name, packets[i].why, &packet_heard[0][i], N_PACKETS);
	for (size_t i = 0; i < N_LIES; i++)
		add_test(lies[i].name, lies[i].why, &lie_believed[0][i], N_LIES);
	for (size_t i = 0; i < N_DEEDS; i++)
		add_test(deeds[i].name, deeds[i].why, &deed_done[0][i], N_DEEDS);
	for (size_t i = 0; i < N_SERVICES; i++)
		add_test(services[i].name, ALLOWED, &service_works[0][i], N_SERVICES);
	return cmocka_run_group_tests_name("isolation", tests, conduct_all, NULL);
}
