// SPDX-License-Identifier: GPL-2.0-or-later
/* The host sections: what they say becomes the model. */
#include <sys/socket.h>

#include "loaded.h"

#define HOST(keys) \
	"vrf a { interface eth0.1 { address = \"10.0.0.9/24\" }\n host ce1 { " keys " } }"

static const struct config_host *host_of(const struct loaded *loaded)
{
	assert_no_faults(loaded);
	return &loaded->config->vrfs[0].hosts[0];
}

/* The numbers are Zabbix's. */
static void test_words_of_snmp_are_those_of_zabbix_too(void **state)
{
	static const struct {
		const char *auth, *priv;
		unsigned auth_number, priv_number;
	} rows[] = {
		{ "MD5", "DES", 0, 0 },
		{ "SHA1", "AES128", 1, 1 },
		{ "sha", "aes", 1, 1 },
		{ "SHA512", "AES256C", 5, 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text),
			HOST("address = \"10.0.0.1\" snmp { version = 3 user = m auth = %s priv = %s }"),
			rows[i].auth, rows[i].priv);
		{
			cleanup_loaded struct loaded loaded = loaded_text(text);
			const struct config_snmp *snmp = &host_of(&loaded)->snmp;

			assert_int_equal(snmp->auth, rows[i].auth_number);
			assert_int_equal(snmp->priv, rows[i].priv_number);
		}
	}
}

static void test_a_host_has_what_else_zabbix_keeps_of_it(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(HOST(
		"dns = \"fw1.acme.example\" visible = \"Firewall Köln (東京)\" description = \"Two\\nlines\" "
		"enabled = false groups = { \"Customers/Acme\", \"Firewalls\" } "
		"inventory = { \"location=Köln\", \"serialno_a=X=1\" }"));
	const struct config_host *host = host_of(&loaded);

	(void)state;
	assert_string_equal(host->dns, "fw1.acme.example");
	assert_int_equal(host->address.family, AF_UNSPEC);
	assert_string_equal(host->visible, "Firewall Köln (東京)");
	assert_string_equal(host->description, "Two\nlines");
	assert_true(host->enabled_given && !host->enabled);
	assert_int_equal(host->groups.count, 2);
	assert_string_equal(host->inventory[0].name, "location");
	assert_string_equal(host->inventory[1].value, "X=1");
}

static void test_what_a_host_does_not_say_is_not_given(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(HOST("address = \"10.0.0.1\""));
	const struct config_host *host = host_of(&loaded);

	(void)state;
	assert_null(host->dns);
	assert_null(host->visible);
	assert_null(host->description);
	assert_false(host->enabled_given);
	assert_int_equal(host->groups.count + host->n_inventory, 0);
}

static void test_a_host_has_further_interfaces(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(HOST(
		"address = \"10.0.0.1\" jmx { } interface a { kind = snmp address = \"10.0.0.5\" version = 1 } "
		"interface b { kind = jmx address = \"10.0.0.6\" port = 99 }"));
	const struct config_host *host = host_of(&loaded);

	(void)state;
	assert_int_equal(host->n_interfaces, 2);
	assert_int_equal(host->interfaces[0].kind, CONFIG_HOST_INTERFACE_SNMP);
	assert_int_equal(host->interfaces[0].snmp.port, 161);
	assert_int_equal(host->interfaces[0].snmp.version, 1);
	assert_string_equal(host->interfaces[0].snmp.community, "{$SNMP_COMMUNITY}");
	assert_int_equal(host->interfaces[1].kind, CONFIG_HOST_INTERFACE_JMX);
	assert_int_equal(host->interfaces[1].snmp.port, 99);
}

/* Which is on the way to its devices; those of the machine are hardly. */
static void test_a_name_without_name_servers_is_noted(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(HOST("dns = \"fw1.acme.example\""));

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 1);
	assert_string_equal(loaded.report.notes.items[0],
		"test.conf:2: vrf 'a': host 'ce1': dns: the vrf has no name servers that its proxy could ask; "
		"expected dns = { \"ADDRESS\" } there");
}

static void test_faults_of_hosts_are_told(void **state)
{
	static const struct fault_row rows[] = {
		{ HOST("address = \"10.0.0.1\" snmp { auth = \"SHA|SHA1\" }"),
			"2: vrf 'a': host 'ce1': snmp: auth \"SHA|SHA1\": not a word for this, "
			"expected MD5, SHA, SHA224, SHA256, SHA384 or SHA512" },
		{ HOST("address = \"10.0.0.1\" snmp { auth = \"\" }"),
			"2: vrf 'a': host 'ce1': snmp: auth \"\": not a word for this, "
			"expected MD5, SHA, SHA224, SHA256, SHA384 or SHA512" },
		{ HOST("address = \"10.0.0.1\" interface a { address = \"10.0.0.5\" }"),
			"2: vrf 'a': host 'ce1': interface 'a': no kind, "
			"expected kind = agent, snmp, ipmi or jmx" },
		{ HOST("address = \"10.0.0.1\" interface a { kind = agent }"),
			"2: vrf 'a': host 'ce1': interface 'a': no address, "
			"expected address = \"ADDRESS\" or dns = \"NAME\"" },
		{ HOST("address = \"10.0.0.1\" interface a { kind = ipmi address = \"10.0.0.5\" }"),
			"2: vrf 'a': host 'ce1': interface 'a': a further one of its kind, but the host has no first; "
			"expected ipmi { } in the host" },
		{ HOST("address = \"10.0.0.1\" interface a { kind = agent address = \"10.0.0.5\" community = x }"),
			"2: vrf 'a': host 'ce1': interface 'a': community: a key of SNMP, "
			"expected kind = snmp beside it" },
		{ HOST("address = \"10.0.0.1\" agent { psk_identity = x }"),
			"2: vrf 'a': host 'ce1': agent: psk_identity without a key, "
			"expected psk_file = \"PATH\"" },
		{ HOST("address = \"10.0.0.1\" agent { psk_file = x }"),
			"2: vrf 'a': host 'ce1': agent: psk_file \"x\": not an absolute path, "
			"expected one that starts with /" },
		{ HOST("address = \"10.0.0.1\" dns = \"fw1.acme.example\""),
			"2: vrf 'a': host 'ce1': dns: beside an address, expected one of the two" },
		{ HOST("dns = \"10.0.0.300\""),
			"2: vrf 'a': host 'ce1': dns \"10.0.0.300\": not a host name, "
			"expected one such as fw1.example.net" },
		{ HOST("address = \"10.0.0.1\" visible = \"\""),
			"2: vrf 'a': host 'ce1': visible \"\": empty or with control characters, "
			"expected a text" },
		{ HOST("address = \"10.0.0.1\" groups = { \"A//b\" }"),
			"2: vrf 'a': host 'ce1': groups \"A//b\": not a host group of Zabbix, "
			"expected '/' between two names only, as in Customers/Gateways" },
		{ HOST("address = \"10.0.0.1\" groups = { \"A\", \"A\" }"),
			"2: vrf 'a': host 'ce1': groups \"A\": there twice, expected each once" },
		{ HOST("address = \"10.0.0.1\" inventory = { \"place=x\" }"),
			"2: vrf 'a': host 'ce1': inventory \"place=x\": no field of the inventory, "
			"expected FIELD=VALUE with a field as the API of Zabbix names it, such as location=Berlin" },
		{ HOST("address = \"10.0.0.1\" inventory = { \"os=x\", \"os=y\" }"),
			"2: vrf 'a': host 'ce1': inventory \"os=y\": the field is there twice, "
			"expected each once" },
		{ HOST("address = \"10.0.0.1\" visible = \"V\" }\n host b { address = \"10.0.0.2\" visible = \"V\""),
			"3: vrf 'a': visible name 'V' is there twice, first at test.conf:2" },
	};

	(void)state;
	assert_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_of_snmp_are_those_of_zabbix_too),
		cmocka_unit_test(test_a_host_has_what_else_zabbix_keeps_of_it),
		cmocka_unit_test(test_what_a_host_does_not_say_is_not_given),
		cmocka_unit_test(test_a_name_without_name_servers_is_noted),
		cmocka_unit_test(test_a_host_has_further_interfaces),
		cmocka_unit_test(test_faults_of_hosts_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
