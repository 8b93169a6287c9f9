// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether what a proxy has to collect is collected. */
#include "supervisor/collection.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/strings.h"
#include "supervisor/checks.h"
#include "supervisor/proxy_config.h"

void collection_note_demand(struct vrf *vrf, const struct zabbix_demand *demand)
{
	unsigned kinds = zabbix_demand_kinds(demand) | proxy_config_pollers_of(vrf->config);

	vrf->demand = *demand;
	vrf->demand_read_ms = clock_now_ms();
	vrf->demand_items = vrf->stats.items;
	for (unsigned i = 0; i < ZABBIX_POLLERS; i++) {
		char *host = vrf->demand.kinds[i].host;

		host[sizeof(vrf->demand.kinds[i].host) - 1] = '\0';
		text_make_printable(host);
	}
	if (vrf->state == VRF_HEALTHY || vrf->state == VRF_DEGRADED)
		vrf_want_pollers(vrf, kinds);
}

/* --- what nobody polls --- */

static void remedy_write(
	const struct vrf *vrf, const struct zabbix_poller_kind *kind, char *text, size_t size)
{
	const struct config_proxy *proxy = &vrf->config->proxy;
	bool located = !kind->address_key || config_proxy_option(proxy, kind->address_key) ||
		(kind == &zabbix_poller_kinds[ZABBIX_POLLER_JMX] && *proxy->java_gateway);

	if (kind == &zabbix_poller_kinds[ZABBIX_POLLER_JMX] && !located)
		snprintf(text, size, "set proxy { java_gateway }");
	else if (!located)
		snprintf(text, size, "set %s in proxy { options }", kind->address_key);
	else if (config_proxy_option(proxy, kind->key))
		snprintf(text, size, "proxy { options } has %s=0", kind->key);
	else
		snprintf(text, size, "'vrfgate restart %.63s' starts a poller for them", vrf->name);
}

/* The first kind that there is something of and that the proxy has no process for; "": there is none. */
static const char *unpolled_find(const struct vrf *vrf, char text[192])
{
	unsigned kinds = zabbix_demand_kinds(&vrf->demand) & ~vrf->pollers.polled;
	char remedy[128];

	text[0] = '\0';
	for (unsigned i = 0; i < ZABBIX_POLLERS; i++) {
		if (!(kinds & ZABBIX_POLLER_BIT(i)))
			continue;
		remedy_write(vrf, &zabbix_poller_kinds[i], remedy, sizeof(remedy));
		snprintf(text, 192, "%s are not polled (%" PRIu32 ", host '%s'): %s",
			zabbix_poller_kinds[i].items, vrf->demand.kinds[i].count,
			vrf->demand.kinds[i].host, remedy);
		break;
	}
	return text;
}

void collection_judge(struct vrf *vrf)
{
	char text[192];

	vrf->checks[VRF_CHECK_VALUES].judged &= vrf->config->has_proxy;
	if (!vrf->config->has_proxy || vrf->proxy.pid <= 0)
		return;
	if (*unpolled_find(vrf, text))
		checks_set(vrf, VRF_CHECK_VALUES, false, "%s", text);
	else
		checks_forget(vrf, VRF_CHECK_VALUES);
}
