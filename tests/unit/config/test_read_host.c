// SPDX-License-Identifier: GPL-2.0-or-later
/* The host sections: what they say becomes the model. */
#include "loaded.h"

#define HOST(keys) "vrf a { interface eth0.1 { }\n host ce1 { " keys " } }"

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

static void test_faults_of_hosts_are_told(void **state)
{
	static const struct fault_row rows[] = {
		{ HOST("address = \"10.0.0.1\" snmp { auth = \"SHA|SHA1\" }"),
			"2: vrf 'a': host 'ce1': snmp: auth \"SHA|SHA1\": not a word for this, "
			"expected MD5, SHA, SHA224, SHA256, SHA384 or SHA512" },
		{ HOST("address = \"10.0.0.1\" snmp { auth = \"\" }"),
			"2: vrf 'a': host 'ce1': snmp: auth \"\": not a word for this, "
			"expected MD5, SHA, SHA224, SHA256, SHA384 or SHA512" },
	};

	(void)state;
	assert_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_of_snmp_are_those_of_zabbix_too),
		cmocka_unit_test(test_faults_of_hosts_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
