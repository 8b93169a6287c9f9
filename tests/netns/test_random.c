// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Chance against a live set of VRFs: after each edit that somebody makes behind our back one
 * comparison and its acts bring all back, the next comparison finds nothing, and what is not ours is
 * still there. And from any config that `check` takes one `up` leads to any other. SEED=N repeats a run,
 * EDITS=N and PAIRS=N make it shorter or longer.
 */
#include "foreign.h"
#include "tamper.h"
#include "variety.h"

static const struct {
	const char *name;
	enum verdict (*make)(struct lab *lab);
	bool needs_vlans;
} edits[] = {
	{ "link down", link_down, false },
	{ "link delete", link_delete, false },
	{ "link rename", link_rename, false },
	{ "mark removed", mark_removed, false },
	{ "mtu changed", mtu_changed, false },
	{ "sysctl changed", sysctl_changed, false },
	{ "accept ra changed", accept_ra_changed, false },
	{ "wanted sysctl changed", wanted_sysctl_changed, false },
	{ "address delete", address_delete, false },
	{ "address flush", address_flush, false },
	{ "route delete", route_delete, false },
	{ "device taken out", device_taken_out, false },
	{ "netns delete", netns_delete, false },
	{ "root down", root_down, false },
	{ "root delete", root_delete, false },
	{ "root rename", root_rename, false },
	{ "root mark removed", root_mark_removed, false },
	{ "uplink stripped", uplink_stripped, false },
	{ "trunk flaps", trunk_flaps, false },
	{ "outer delete", outer_delete, true },
	{ "outer down", outer_down, true },
	{ "foreign address", foreign_address, false },
	{ "foreign secondary", foreign_secondary, false },
	{ "foreign route", foreign_route, false },
	{ "foreign permanent neighbour", foreign_permanent_neighbour, false },
	{ "foreign altname", foreign_altname, false },
	{ "foreign link", foreign_link, false },
	{ "foreign macvlan", foreign_macvlan, false },
	{ "foreign netns", foreign_netns, false },
	{ "foreign stale file", foreign_stale_file, false },
};

/* ---- judging ---- */

static char *story(const struct lab *lab)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < lab->story.count; i++)
		fprintf(out, "%s%s", i ? "; " : "", lab->story.items[i]);
	fclose(out);
	return text;
}

static void foreign_drop(struct lab *lab, size_t i)
{
	free(lab->foreign[i].line);
	lab->foreign[i] = lab->foreign[--lab->n_foreign];
}

/* What the kernel took along with the edit itself is nobody's fault. */
static void foreign_take_stock(struct lab *lab)
{
	cleanup_strings struct strings seen = snapshot_look_everywhere();

	for (size_t i = lab->n_foreign; i-- > 0;)
		if (!strings_contain(&seen, lab->foreign[i].line))
			foreign_drop(lab, i);
}

/* A link that had to be made anew took what hung on it along. */
static bool went_with_link(const struct lab *lab, const struct foreign *foreign)
{
	char link[64];

	snprintf(link, sizeof(link), "%s/%s", foreign->netns, foreign->link);
	return strings_contain(&lab->touched, link);
}

static void assert_foreign_stays(struct lab *lab)
{
	cleanup_strings struct strings seen = snapshot_look_everywhere();

	for (size_t i = lab->n_foreign; i-- > 0;) {
		cleanup_free char *what = NULL;

		if (strings_contain(&seen, lab->foreign[i].line))
			continue;
		what = story(lab);
		if (!went_with_link(lab, &lab->foreign[i]))
			fail_msg("after \"%s\" this was lost: %s", what, lab->foreign[i].line);
		foreign_drop(lab, i);
	}
}

static void assert_nothing_is_left(struct lab *lab)
{
	struct error err = ERROR_INIT;
	struct net_plan *plan;
	struct net_have *have;
	cleanup_free char *what = story(lab);

	assert_int_equal(net_have_read(&lab->want, &have, &err), 0);
	plan = net_plan_create(&lab->want, have);
	if (net_plan_count(plan) || net_plan_count_faults(plan)) {
		net_plan_print(plan, stderr);
		fail_msg("not all repaired after: %s", what);
	}
	net_plan_destroy(plan);
	net_have_destroy(have);
}

#define N_EDITS (sizeof(edits) / sizeof(*edits))

/* One edit; harm and harmlessness must show in the comparison that follows. */
static enum verdict edit(struct lab *lab)
{
	for (;;) {
		unsigned int i = chance_draw(&lab->chance, N_EDITS);

		/* Most need a certain kind of VRF, so each has several throws. */
		for (int throws = 0; throws < 20; throws++) {
			enum verdict verdict = edits[i].make(lab);

			if (verdict == IMPOSSIBLE)
				continue;
			lab->made[i]++;
			return verdict;
		}
	}
}

/* Returns the acts that it took. */
static size_t converge(struct lab *lab, bool harm, bool harmless)
{
	cleanup_free char *what = story(lab);
	struct error err;
	size_t acts;

	if (getenv("V"))
		fprintf(stderr, "%s\n", what);
	foreign_take_stock(lab);
	acts = world_try(&lab->want, &err);
	if (err.code)
		fail_msg("after \"%s\": %s", what, err.text);
	if (harm && acts == 0)
		fail_msg("nothing repaired after: %s", what);
	if (harmless && acts != 0)
		fail_msg("touched after: %s", what);
	assert_nothing_is_left(lab);
	assert_foreign_stays(lab);
	strings_finish(&lab->story);
	strings_finish(&lab->touched);
	return acts;
}

/* ---- the test ---- */

static void lab_finish(struct lab *lab)
{
	while (lab->n_foreign)
		foreign_drop(lab, lab->n_foreign - 1);
	free(lab->foreign);
	net_want_finish(&lab->want);
	config_destroy(lab->config);
}

/* Foreign things in the root namespace outlive a `down`; then they go. */
static void clear_up(struct lab *lab)
{
	strings_add(&lab->story, "down");
	for (size_t i = lab->n_foreign; i-- > 0;)
		if (lab->foreign[i].netns[0] || lab->foreign[i].link[0])
			foreign_drop(lab, i);
	world_down();
	assert_foreign_stays(lab);
	strings_finish(&lab->story);
	for (size_t i = 0; i < lab->n_foreign; i++) {
		char name[32];

		if (sscanf(lab->foreign[i].line, "- link %31s", name) == 1)
			assert_int_equal(nlops_delete_link("", name), 0);
		else if (sscanf(lab->foreign[i].line, "- file foreign%31s", name) == 1)
			world_run("ip netns del foreign%s", name);
		else
			world_run("rm /run/netns/%s", lab->foreign[i].line + strlen("- file "));
	}
	world_run("ip addr flush dev trunk0 scope global; ip route flush dev trunk0; "
		  "ip -6 route flush dev trunk0 proto static; "
		  "ip neigh flush dev trunk0 nud permanent; "
		  "for n in $(ip -d -o link show dev trunk0 | grep -o 'another-name-[0-9]*'); "
		  "do ip link property del dev trunk0 altname $n; done");
}

/* A sort of edit that never came to pass is none that was tested. */
static void assert_all_sorts_were_made(const struct lab *lab)
{
	for (size_t i = 0; i < N_EDITS; i++)
		if (!lab->made[i] && (lab->vlans || !edits[i].needs_vlans))
			fail_msg("no edit was a \"%s\"", edits[i].name);
}

static void chance_never_wins(void **state)
{
	cleanup(lab_finish) struct lab lab = { .chance = chance_begin() };
	unsigned int count = fleet_number("EDITS",
		getenv("VRFGATE_VALGRIND")     ? 50
			: getenv("VRFGATE_VM") ? 50
					       : 500);
	cleanup_free char *before = world_dump(), *text = NULL;
	size_t acts = 0, kept = 0;

	(void)state;
	lab.vlans = fleet_kernel_has_vlan();
	text = fleet_config("/run/vrfgate-test", lab.vlans);
	fleet_load(text, &lab.config, &lab.want);
	lab.want.owner = world_want().owner;
	fleet_add_nics();
	world_up(&lab.want);
	assert_nothing_is_left(&lab);
	for (unsigned int done = 0; done < count;) {
		unsigned int at_once = chance_draw(&lab.chance, 8) ? 1 : 2;
		bool harm = false, harmless = true;

		for (unsigned int i = 0; i < at_once; i++, done++) {
			enum verdict verdict = edit(&lab);

			harm = harm || verdict == HARM;
			harmless = harmless && verdict == HARMLESS;
		}
		acts += converge(&lab, harm, harmless);
		kept += lab.n_foreign;
	}
	printf("# %u edits took %zu acts; %zu foreign things in the end\n", count, acts,
		lab.n_foreign);
	assert_true(acts > count / 2 && kept > count);
	if (count >= 500)
		assert_all_sorts_were_made(&lab);
	clear_up(&lab);
	fleet_delete_nics();
	world_assert_is(before);
}

/* ---- from any config to any other ---- */

struct journey {
	struct variety variety;
	struct config *config;
	struct net_want want;
	char *before; /* the text of the config that it comes from */
};

static void journey_finish(struct journey *journey)
{
	net_want_finish(&journey->want);
	config_destroy(journey->config);
	free(journey->variety.text);
	free(journey->before);
}

/* Compares, and does it where there is a place for the first error; what is (or was) to do, in words. */
static char *compare(const struct net_want *want, size_t *count, struct error *done)
{
	struct error err = ERROR_INIT;
	struct net_plan *plan;
	struct net_have *have;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(net_have_read(want, &have, &err), 0);
	plan = net_plan_create(want, have);
	net_plan_print(plan, out);
	fclose(out);
	*count = net_plan_count(plan) + net_plan_count_faults(plan);
	if (done)
		(void)net_plan_apply(plan, world_report, done, NULL);
	net_plan_destroy(plan);
	net_have_destroy(have);
	return text;
}

static void travel(struct journey *journey)
{
	struct net_want next;
	struct config *config;
	struct error err = ERROR_INIT;
	cleanup_free char *first = NULL, *left = NULL;
	size_t count;

	free(journey->before);
	journey->before = steal_ptr(&journey->variety.text);
	variety_load(&journey->variety, &config, &next);
	next.owner = journey->want.owner;
	first = compare(&next, &count, &err);
	left = compare(&next, &count, NULL);
	if (getenv("V"))
		fprintf(stderr, "to\n%s\nby\n%s\n", journey->variety.text, first);
	if (err.code || count) {
		fprintf(stderr, "from\n%s\nto\n%s\nby\n%s\nthen %s\nstill\n%s\n", journey->before,
			journey->variety.text, first, err.code ? err.text : "no error", left);
		fail();
	}
	net_want_finish(&journey->want);
	config_destroy(journey->config);
	journey->want = next;
	journey->config = config;
}

static void one_up_leads_from_any_config_to_any_other(void **state)
{
	cleanup(journey_finish) struct journey journey = { .variety.chance = chance_begin() };
	unsigned int count = fleet_number("PAIRS",
		getenv("VRFGATE_VALGRIND")     ? 20
			: getenv("VRFGATE_VM") ? 50
					       : 200);
	cleanup_free char *before = world_dump();

	(void)state;
	journey.variety.vlans = fleet_kernel_has_vlan();
	journey.variety.dummies = fleet_kernel_has("dummy");
	journey.variety.ipvlans = fleet_kernel_has("ipvlan");
	journey.want.owner = world_want().owner;
	journey.variety.text = xstrdup("nothing");
	variety_add_nics();
	for (unsigned int i = 0; i < count; i++)
		travel(&journey);
	printf("# %u pairs; %u of %u configs drawn had faults\n", count, journey.variety.refused,
		journey.variety.drawn);
	world_down();
	variety_delete_nics();
	world_assert_is(before);
}

int main(void);
static const struct CMUnitTest tests[] = {
	cmocka_unit_test(chance_never_wins),
	cmocka_unit_test(one_up_leads_from_any_config_to_any_other),
};

world_main(tests)
