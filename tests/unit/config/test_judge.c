// SPDX-License-Identifier: GPL-2.0-or-later
/* Every kind of fault and the words it is told in. Each text has that one fault. */
#include "loaded.h"

#include "base/memory.h"

#define NO_NAME            "not a name, expected a letter or digit and up to 62 of these, '.', '_' and '-'"
#define SIXTEEN            "0123456789abcdef"
#define SIXTY_FOUR         SIXTEEN SIXTEEN SIXTEEN SIXTEEN
#define IN_VRF(text)       "vrf a {\n" text "\n}\n"
#define IN_INTERFACE(text) "vrf a { interface eth0.10 {\n" text "\n} }\n"
#define IN_PROXY(text)     "proxy {\n" text "\n}\n"
#define IN_ZABBIX(text)    "zabbix {\n" text "\n}\n"

#define IN_HOST(text) "vrf a { host h { address = \"10.0.0.1\"\n" text "\n} }\n"
#define URL_KEYS      "url = \"http://127.0.0.1/\" token_file = \"/t\""
#define WITH_URL      "zabbix { " URL_KEYS " }\n"

#define NAT(keys) "uplink { mode = nat " keys " }\nzabbix { server = 192.0.2.1 }\n"

#define V       "vrf 'a': "
#define I       "vrf 'a': interface 'eth0.10': "
#define H       "vrf 'a': host 'h': "
#define OWN_TAG "vrfgate's own mark, expected another name than vrf, vrfgate and vrfgate.*"
#define NO_GROUP \
	"not a host group of Zabbix, expected '/' between two names only, as in Customers/Gateways"
#define NO_ADDRESS "not an address, expected ADDRESS/PREFIX such as 10.0.0.2/30"
#define NO_HOST    "not an address, expected one without prefix such as 10.0.0.1"

static const struct fault_row table[] = {
	/* Names of keys and sections. */
	{ "\nvrrf a { }", "2: unknown section 'vrrf', did you mean 'vrf'?" },
	{ "mtu = 3",
		"1: unknown key 'mtu', expected one of gateway, uplink, zabbix, proxy, vrf, namespace" },
	{ IN_INTERFACE("adress = \"10.0.0.2/30\""),
		"2: " I "unknown key 'adress', did you mean 'address'?" },
	{ "proxy { }\nproxy { }",
		"2: section 'proxy' is there twice, first at line 1, expected one" },
	{ IN_VRF("enabled = true\nenabled = false"),
		"3: " V
		"'enabled' is set twice, first at line 2; expected one, or a list { A, B }" },
	{ IN_VRF("enabled = { true, false }"), "2: " V "enabled: 2 values, expected one" },
	{ IN_VRF("enabled = {}"), "1: " V "enabled: 0 values, expected one" },
	/* Syntax. */
	{ "vrf { }", "1: 'vrf' is a section with a name, expected vrf NAME { ... }" },
	{ "gateway = 1", "1: 'gateway' is a section, expected gateway { ... }" },
	{ IN_VRF("dns { }"), "2: " V "'dns' is a key, expected dns = VALUE" },
	{ IN_VRF("dns = { \"10.0.0.1\" \"10.0.0.2\" }"),
		"2: " V "unexpected '10.0.0.2', expected ',' or '}' in the list" },
	{ IN_VRF("dns = "), "3: " V "unexpected '}', expected a name or a value" },
	{ IN_VRF("..."), "2: " V "unknown key '...', expected KEY = VALUE or a section" },
	{ "uplink { mtu 1500\n}", "1: uplink: 'mtu' is a key, expected mtu = VALUE" },
	{ "gateway x { }", "1: 'gateway' is a section, expected gateway { ... }" },
	{ "gateway { } }{", "1: '}' without a section, expected none" },
	{ "gateway { include = x*.conf }",
		"1: gateway: unexpected '*', expected quotes around a text that has it" },
	{ IN_VRF("= 3"), "2: " V "unexpected '=', expected a name or a value" },
	{ IN_VRF("dns = { a, = }"), "2: " V "unexpected '=', expected a name or a value" },
	/* libconfuse calls its own top "root". */
	{ IN_VRF("root { }") "vrf b { }", "2: " V "unknown section 'root', did you mean 'route'?" },
	{ "vrf a {\n", "1: '{' without an end, expected '}' before the file ends" },
	{ "\n}", "2: '}' without a section, expected none" },
	{ "mtu", "1: the file ends behind a name, expected = VALUE or { ... }" },
	{ IN_VRF("dns = \"10.0.0.1\n"), "2: string without an end, expected \"" },
	{ "\n/* x\n", "2: comment without an end, expected '*/'" },
	{ IN_VRF("dns = \"\\9\""), "2: '\\9' in a string, expected '\\\\' for a backslash" },
	{ IN_VRF("dns = \"${X}\""),
		"2: '${' is not replaced by a variable here, expected the value itself" },
	/* Types. */
	{ IN_VRF("enabled = maybe"),
		"2: " V "enabled \"maybe\": neither yes nor no, expected true or false" },
	{ IN_PROXY("mode = x"),
		"2: proxy: mode \"x\": not a word for this, expected active or passive" },
	{ IN_INTERFACE("mtu = 67"), "2: " I "mtu \"67\": out of range, expected 68 to 65535" },
	{ IN_INTERFACE("mtu = big"), "2: " I "mtu \"big\": not a number, expected 68 to 65535" },
	{ "uplink { mtu = 1279 }",
		"1: uplink: mtu \"1279\": out of range, expected 1280 to 65535" },
	{ IN_INTERFACE("mac = 01:00:00:00:00:01"),
		"2: " I
		"mac \"01:00:00:00:00:01\": no address of one interface, expected a unicast address such as 02:00:00:00:00:01" },
	{ IN_INTERFACE("mac = 02:00"),
		"2: " I
		"mac \"02:00\": not a MAC address, expected six bytes such as 02:00:00:00:00:01" },
	{ IN_INTERFACE("address = \"10.0.0.300/30\""),
		"2: " I "address \"10.0.0.300/30\": " NO_ADDRESS },
	{ IN_INTERFACE("address = \"10.0.0.2\""), "2: " I "address \"10.0.0.2\": " NO_ADDRESS },
	{ IN_INTERFACE("address = { \"10.0.0.2/30\",\n\"x\" }"),
		"3: " I "address \"x\": " NO_ADDRESS },
	{ IN_INTERFACE("address = \"10.0.0.0/30\""),
		"2: " I
		"address \"10.0.0.0/30\": the network itself, expected an address in it such as 10.0.0.2/30" },
	{ IN_VRF("dns = \"ns1\""), "2: " V "dns \"ns1\": " NO_HOST },
	{ IN_VRF("sysctl = \"kernel.x=1\""),
		"2: " V
		"sysctl \"kernel.x=1\": not a setting of the network, expected net.KEY=VALUE such as net.ipv4.tcp_keepalive_time=60" },
	{ IN_VRF("sysctl = \"net.//.//.kernel.x=1\""),
		"2: " V
		"sysctl \"net.//.//.kernel.x=1\": not a setting of the network, expected net.KEY=VALUE such as net.ipv4.tcp_keepalive_time=60" },
	{ IN_VRF("allow = \"tcp/0\""),
		"2: " V
		"allow \"tcp/0\": no port, expected tcp/PORT or udp/PORT such as tcp/10051" },
	{ IN_PROXY("limits { memory = \"12X\" }"),
		"2: proxy: limits: memory \"12X\": not a size, expected bytes or a number with K, M, G or T, 16M to 16T, or 0 for none" },
	{ IN_PROXY("limits { memory = \"1K\" }"),
		"2: proxy: limits: memory \"1K\": out of range, expected bytes or a number with K, M, G or T, 16M to 16T, or 0 for none" },
	{ IN_PROXY("binary = zabbix_proxy"),
		"2: proxy: binary \"zabbix_proxy\": not an absolute path, expected one that starts with /" },
	{ IN_PROXY("profile = tiny"),
		"2: proxy: profile \"tiny\": no such profile, expected small, standard, large or an absolute path" },
	{ IN_PROXY("user = \"a b\""),
		"2: proxy: user \"a b\": not a user name, expected one such as zabbix" },
	{ IN_PROXY("user = root"),
		"2: proxy: user \"root\": a proxy never runs as root, expected a user such as zabbix" },
	{ IN_PROXY("options = \"Timeout\""),
		"2: proxy: options \"Timeout\": not a line of zabbix_proxy.conf, expected Key=Value" },
	{ IN_PROXY("options = { \"Timeout=4\", \"Server=x\" }"),
		"2: proxy: options \"Server=x\": not to be set here: the server comes from zabbix { server }; expected other keys" },
	{ IN_PROXY("paths = { \"/run/odbc.sock\", \"odbc.sock\" }"),
		"2: proxy: paths \"odbc.sock\": not a path, expected an absolute one such as /run/odbc.sock, with :rw where the proxy may write to it" },
	{ IN_PROXY("paths = \"/srv/x:ro\""),
		"2: proxy: paths \"/srv/x:ro\": not a path, expected an absolute one such as /run/odbc.sock, with :rw where the proxy may write to it" },
	{ IN_PROXY("paths = \"//run\""),
		"2: proxy: paths \"//run\": not a path, expected an absolute one such as /run/odbc.sock, with :rw where the proxy may write to it" },
	{ IN_PROXY("paths = \"/run/.\""),
		"2: proxy: paths \"/run/.\": not a path, expected an absolute one such as /run/odbc.sock, with :rw where the proxy may write to it" },
	{ IN_PROXY("paths = \"/srv/../run\""),
		"2: proxy: paths \"/srv/../run\": not a path, expected an absolute one such as /run/odbc.sock, with :rw where the proxy may write to it" },
	{ IN_PROXY("paths = \"/srv//x\""),
		"2: proxy: paths \"/srv//x\": not a path, expected an absolute one such as /run/odbc.sock, with :rw where the proxy may write to it" },
	{ IN_PROXY("paths = \"/srv/x/\""),
		"2: proxy: paths \"/srv/x/\": not a path, expected an absolute one such as /run/odbc.sock, with :rw where the proxy may write to it" },
	{ IN_PROXY("paths = \"\""),
		"2: proxy: paths \"\": not a path, expected an absolute one such as /run/odbc.sock, with :rw where the proxy may write to it" },
	{ IN_PROXY("paths = \"/run:rw\""),
		"2: proxy: paths \"/run:rw\": all of /run, expected a file, socket or directory in it" },
	{ IN_PROXY("options = \"DBHost=x\""),
		"2: proxy: options \"DBHost=x\": not to be set here: every proxy has a database of its own in state_dir; expected other keys" },
	{ IN_PROXY("health { interval = 2 timeout = 3 }"),
		"2: proxy: health: timeout of 3 s is longer than the interval, expected at most 2" },
	{ "proxy { health { timeout = 5 } }\nvrf a { proxy { health { interval = 4 } } }",
		"2: vrf 'a': proxy: health: timeout of 5 s is longer than the interval, expected at most 4" },
	{ IN_PROXY("restart { min = 70 max = 60 }"),
		"2: proxy: restart: min of 70 s is more than max, expected at most 60" },
	{ "gateway { state_dir = lib }",
		"1: gateway: state_dir \"lib\": not an absolute path, expected one that starts with /" },
	{ "gateway { user_range = \"1000\" }",
		"1: gateway: user_range \"1000\": not a range of user numbers, expected one without users of this machine, such as 1879113728-1879179263" },
	{ "gateway { user_range = \"65000-66000\" }",
		"1: gateway: user_range \"65000-66000\": not a range of user numbers, expected one without users of this machine, such as 1879113728-1879179263" },
	{ "gateway { name = \"gw/1\" }",
		"1: gateway: name \"gw/1\": not a name for Zabbix, expected up to 128 letters, digits, '.', '_', '-' or spaces" },
	/* Zabbix. */
	{ IN_ZABBIX("url = \"ftp://x\"\ntoken_file = \"/t\""),
		"2: zabbix: url \"ftp://x\": not a URL, expected http://... or https://..." },
	{ IN_ZABBIX("url = \"http://x\""),
		"2: zabbix: url without a login, expected token_file, or user and password_file" },
	{ IN_ZABBIX("token_file = \"/t\"\nuser = u"),
		"3: zabbix: two ways to log in, expected token_file, or user and password_file" },
	{ IN_ZABBIX("user = u"), "2: zabbix: user without password_file, expected both" },
	{ IN_ZABBIX("server = \"10.0.0.300\""),
		"2: zabbix: server \"10.0.0.300\": neither address nor host name, expected one of them" },
	{ IN_ZABBIX("server_port = 0"),
		"2: zabbix: server_port \"0\": out of range, expected 1 to 65535" },
	{ IN_ZABBIX("proxy_name = \"{x}\""),
		"2: zabbix: proxy_name \"{x}\": braces around something else, expected {gateway} and {vrf} only" },
	{ IN_ZABBIX("proxy_name = \"p\"") "vrf a { }\nvrf b { }",
		"2: zabbix: proxy_name \"p\": one name for 2 proxies, expected {vrf} in it" },
	/* Interfaces. */
	{ "vrf a { interface eth0.0 { } }",
		"1: vrf 'a': interface 'eth0.0': VLAN id 0, expected 1 to 4094" },
	{ "vrf a { interface eth0.4095 { } }",
		"1: vrf 'a': interface 'eth0.4095': VLAN id 4095, expected 1 to 4094" },
	{ "vrf a { interface eth0.5000 { } }",
		"1: vrf 'a': interface 'eth0.5000': VLAN id 5000, expected 1 to 4094" },
	{ "vrf a { interface eth0.x { } }",
		"1: vrf 'a': interface 'eth0.x': VLAN id x, expected 1 to 4094" },
	{ "vrf a { interface c { kind = vlan parent = eth0 id = 0 } }",
		"1: vrf 'a': interface 'c': id \"0\": VLAN id 0, expected 1 to 4094" },
	{ "vrf a { interface c { kind = vlan parent = eth0 id = 4095 } }",
		"1: vrf 'a': interface 'c': id \"4095\": VLAN id 4095, expected 1 to 4094" },
	{ "vrf a { interface c { kind = vlan parent = eth0 id = x } }",
		"1: vrf 'a': interface 'c': id \"x\": VLAN id x, expected 1 to 4094" },
	{ "vrf a { interface c { kind = vlan parent = eth0 } }",
		"1: vrf 'a': interface 'c': no VLAN id, expected id = 1 to 4094" },
	{ "vrf a { interface c { kind = vlan id = 3 } }",
		"1: vrf 'a': interface 'c': no parent, expected parent = \"NIC\" and id = N, or a name PARENT.ID" },
	{ "vrf a { interface c { kind = vlan parent = \"eth0.9999\" id = 3 } }",
		"1: vrf 'a': interface 'c': VLAN id 9999, expected 1 to 4094" },
	{ "vrf a { interface e.1.2.3.4.5 { } }",
		"1: vrf 'a': interface 'e.1.2.3.4.5': e.1.2.3.4.5 has too many VLAN ids, expected at most 4" },
	{ "vrf a { interface cust0 { } }",
		"1: vrf 'a': interface 'cust0': no kind and no name PARENT.ID, expected a name such as eth0.10, or kind = vlan, macvlan, device, link, dummy or ipvlan" },
	{ "vrf a { interface c { kind = macvlan } }",
		"1: vrf 'a': interface 'c': no parent, expected parent = \"NIC\"" },
	{ "vrf a { interface c { kind = macvlan parent = eth0 id = 3 } }",
		"1: vrf 'a': interface 'c': id makes no sense for kind macvlan, expected it not to be set" },
	{ "vrf a { interface c { kind = link } }",
		"1: vrf 'a': interface 'c': no peer, expected peer = \"NAMESPACE/INTERFACE\"" },
	{ "vrf a { interface c { kind = link peer = \"b\" } }",
		"1: vrf 'a': interface 'c': peer \"b\": not there, expected the name of a vrf or namespace section" },
	{ "vrf a { interface c { kind = link peer = \"b/x\" } } vrf b { }",
		"1: vrf 'a': interface 'c': peer \"b/x\": there is no such interface, expected interface x { kind = link  peer = \"a/c\" } there" },
	{ "vrf a { interface c { kind = link peer = \"b\" } }\n"
	  "vrf b { enabled = no interface c { kind = link peer = \"a\" } }",
		"1: vrf 'a': interface 'c': peer \"b\": disabled, expected one that is enabled as this is" },
	{ "vrf a { interface c { kind = link peer = \"a\" } }",
		"1: vrf 'a': interface 'c': peer \"a\": the same namespace, expected another one" },
	{ "vrf a { interface c { kind = tun } }",
		"1: vrf 'a': interface 'c': kind \"tun\": not a word for this, expected vlan, macvlan, device, link, dummy or ipvlan" },
	{ "vrf a { interface lo { kind = device } }",
		"1: vrf 'a': interface 'lo': the name is taken in every namespace, expected another one" },
	{ "vrf a { interface uplink { kind = device } }",
		"1: vrf 'a': interface 'uplink': the name is taken in every namespace, expected another one" },
	{ "vrf a { interface abcdefghijklmnop { kind = macvlan parent = eth0 } }",
		"1: vrf 'a': interface 'abcdefghijklmnop': not an interface name, expected 1 to 15 characters" },
	{ "vrf a { interface \".\" { } }",
		"1: vrf 'a': interface '.': not an interface name, expected another one than \".\" and \"..\", which are directories" },
	{ "vrf a { interface \"eth/0\" { } }",
		"1: vrf 'a': interface 'eth/0': not an interface name, expected no '/' in it" },
	{ "vrf a { interface \"eth0:1.10\" { } }",
		"1: vrf 'a': interface 'eth0:1.10': not an interface name, expected no ':' in it" },
	{ "vrf a { interface \"eth 0\" { kind = macvlan parent = eth0 } }",
		"1: vrf 'a': interface 'eth 0': not an interface name, expected no space or control character in it" },
	{ "vrf a { interface \"eth0.\" { } }",
		"1: vrf 'a': interface 'eth0.': a VLAN id is missing, expected 1 to 4094" },
	{ "vrf a { interface enp129s0f0np0.1234 { } }",
		"1: vrf 'a': interface 'enp129s0f0np0.1234': not an interface name, expected 1 to 15 characters; the NIC and the VLAN may be said by parent = \"enp129s0f0np0\" and id = 1234 within" },
	{ IN_INTERFACE("gateway = \"10.0.0.1\""),
		"2: " I "gateway \"10.0.0.1\": no address of its family, expected one in address" },
	{ IN_INTERFACE("address = \"10.0.0.2/29\"\ngateway = { \"10.0.0.1\", \"10.0.0.3\" }"),
		"3: " I "gateway \"10.0.0.3\": a second one, expected one per address family" },
	/* Routes, hosts, and the rest of a VRF. */
	{ IN_VRF("route \"10.1.2.3/16\" { via = \"10.0.0.1\" }"),
		"2: vrf 'a': route '10.1.2.3/16': has host bits set, expected 10.1.0.0/16" },
	{ IN_VRF("route \"10.0.0.0/8\" { }"),
		"2: vrf 'a': route '10.0.0.0/8': leads nowhere, expected via = \"ADDRESS\", dev = \"INTERFACE\" or both" },
	{ IN_VRF("route \"10.0.0.0/8\" { via = \"fd00::1\" }"),
		"2: vrf 'a': route '10.0.0.0/8': via of another address family, expected that of the destination" },
	{ IN_VRF("route \"10.0.0.0/8\" { via = {} }"),
		"2: vrf 'a': route '10.0.0.0/8': leads nowhere, expected via = \"ADDRESS\", dev = \"INTERFACE\" or both" },
	/* Who reaches a next hop. */
	{ IN_VRF("interface eth0.10 { address = \"10.0.0.2/29\" }\nroute \"192.168.0.0/16\" {\nvia = { 10.0.0.1, 10.9.0.1 } }"), "4: vrf 'a': route '192.168.0.0/16': via \"10.9.0.1\": no interface reaches it, expected an address in the network of an interface, or dev = \"INTERFACE\"" },
	{ IN_VRF("interface eth0.10 { address = \"10.0.0.2/29\" }\nroute \"10.9.0.0/24\" { via = 10.0.0.1 }\nroute \"192.168.0.0/16\" { via = 10.9.0.1 }"),
		"4: vrf 'a': route '192.168.0.0/16': via \"10.9.0.1\": no interface reaches it, expected an address in the network of an interface, or dev = \"INTERFACE\"" },
	{ IN_VRF("interface eth0.10 { address = \"fd00::2/64\" }\nroute \"fd01::/64\" { via = \"fe80::1\" }"),
		"3: vrf 'a': route 'fd01::/64': via \"fe80::1\": a link-local address, expected dev = \"INTERFACE\" beside it" },
	{ IN_VRF("interface a { kind = macvlan parent = p address = \"fd00::2/64\" }\ninterface b { kind = macvlan parent = p address = \"fd01::2/64\" }\nroute \"fd02::/64\" { via = \"fd01::1\" dev = a }"),
		"4: vrf 'a': route 'fd02::/64': via \"fd01::1\": reached by interface 'b', expected dev = \"b\" or another address" },
	{ IN_VRF("interface a { kind = macvlan parent = p address = \"fd00::2/64\" }\ninterface b { kind = macvlan parent = p address = \"fd01::2/64\" gateway = \"fd00::1\" }\nroute \"fd00::/96\" { via = \"fd01::1\" }"),
		"3: vrf 'a': interface 'b': gateway \"fd00::1\": reached by interface 'a', expected dev = \"a\" or another address" },
	{ IN_VRF("interface eth0.10 { address = \"fd00::2/64\" }\nroute \"fd00::/80\" { via = \"fd00:0:0:0:1::1\" }\nroute \"fd02::/64\" { via = \"fd00::9\" }"),
		"4: vrf 'a': route 'fd02::/64': via \"fd00::9\": reached by other next hops, those at test.conf:3; expected one on a link" },
	{ "vrf a { interface eth0.10 { } }\nvrf b { interface q { kind = vlan parent = \"eth0.10\" id = 5 protocol = 802.1q } }",
		"2: vrf 'b': interface 'q': stands on VLAN 10, which is a customer's own at test.conf:1; expected one or the other" },
	{ IN_VRF("sysctl = { \"net.ipv6.conf.all.disable_ipv6=1\" }"),
		"2: vrf 'a': sysctl \"net.ipv6.conf.all.disable_ipv6=1\": the uplink needs IPv6, expected the key of an interface" },
	{ IN_INTERFACE("address = \"10.0.0.2/30\"\ngateway = \"10.0.0.2\""),
		"3: " I
		"gateway \"10.0.0.2\": an address of this namespace's own, expected that of a router" },
	{ IN_INTERFACE("address = \"10.0.0.2/30\"\ngateway = \"10.0.0.3\""),
		"3: " I
		"gateway \"10.0.0.3\": a network or broadcast address, expected that of a router" },
	{ IN_INTERFACE("address = { \"10.0.0.2/30\", \"10.0.0.3/24\" }"),
		"2: " I
		"address \"10.0.0.3/24\": the network or broadcast address of 10.0.0.2/30 at test.conf:2, expected one of a host" },
	/* A destination twice. */
	{ IN_VRF("interface eth0.10 { address = \"10.0.0.2/29\" }\nroute \"10.0.0.0/29\" { via = 10.0.0.1 }"),
		"3: vrf 'a': route '10.0.0.0/29': the network of interface 'eth0.10' at test.conf:2, which the kernel reaches by that alone; expected another network, or metric = 1024" },
	{ IN_VRF("interface eth0.10 { address = \"fd00::2/64\" }\nroute \"fd01::/64\" { via = \"fd00::1\" }\nroute \"fd01::/64\" { dev = eth0.10 }"),
		"4: vrf 'a': route 'fd01::/64': a second next hop of the destination of test.conf:3, and one of them has no via, which IPv6 cannot have; expected via in both or another metric" },
	{ IN_VRF("route \"10.0.0.0/8\" { dev = eth1 }"),
		"2: vrf 'a': route '10.0.0.0/8': dev \"eth1\": not there, expected an interface of this vrf" },
	{ IN_VRF("host h { }"),
		"2: vrf 'a': host 'h': no address, expected address = \"ADDRESS\" or dns = \"NAME\"" },
	{ IN_VRF("host h { address = \"10.0.0.1/8\" }"),
		"2: vrf 'a': host 'h': address \"10.0.0.1/8\": " NO_HOST },
	/* What Zabbix would refuse, or take for another's. */
	{ IN_HOST("macros = { \"{$Snmp_Community}=x\" }"),
		"2: " H
		"macros \"{$Snmp_Community}=x\": no value of a user macro, expected {$NAME}=VALUE, the name of capital letters, digits, '.' and '_', such as {$SNMP_COMMUNITY}=public" },
	{ IN_HOST("macros = { \"{$A}=1\", \"{$B}=1\",\n\"{$A}=2\" }"),
		"3: " H "macros \"{$A}=2\": the macro is there twice, expected each once" },
	{ IN_HOST("macros = { \"{$A: x}=1\",\n\"{$A:\\\"x\\\"}=2\" }"),
		"3: " H "macros \"{$A:\"x\"}=2\": the macro is there twice, expected each once" },
	{ IN_HOST("macros = \"{$VRFGATE.X}=1\""),
		"2: " H
		"macros \"{$VRFGATE.X}=1\": vrfgate's own, expected a name that does not begin with {$VRFGATE." },
	{ IN_HOST("tags = { a, \"b=1\", b, \"b=1\" }"),
		"2: " H "tags \"b=1\": there twice, expected each tag once" },
	{ IN_HOST("tags = { \"vrf=other\" }"), "2: " H "tags \"vrf=other\": " OWN_TAG },
	{ IN_HOST("tags = { \"vrfgate=gw-y\" }"), "2: " H "tags \"vrfgate=gw-y\": " OWN_TAG },
	{ IN_HOST("tags = { vrfgate.id }"), "2: " H "tags \"vrfgate.id\": " OWN_TAG },
	{ IN_HOST("tags = \"" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR "=x\""),
		"2: " H "tags \"" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR
		"=x\": the name has 256 characters, expected at most 255" },
	{ IN_HOST("templates = { T, U,\nT }"),
		"3: " H "templates \"T\": there twice, expected each once" },
	{ IN_VRF("discover { range = \"10.0.0.0/24\"\ntemplates = { T, T } }"),
		"3: " V "discover: templates \"T\": there twice, expected each once" },
	{ IN_ZABBIX("host_group = \"A//b\""), "2: zabbix: host_group \"A//b\": " NO_GROUP },
	{ IN_ZABBIX("host_group = \"/lead\""), "2: zabbix: host_group \"/lead\": " NO_GROUP },
	{ IN_ZABBIX("host_group = \"trail/\""), "2: zabbix: host_group \"trail/\": " NO_GROUP },
	{ IN_ZABBIX("host_group = \"" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR "\""),
		"2: zabbix: host_group \"" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR
		"\": the name has 256 characters, expected at most 255" },
	{ "zabbix { host_group = \"" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTEEN SIXTEEN SIXTEEN
	  "01234567012345\" }\n" IN_VRF("discover { range = \"10.0.0.0/24\" }"),
		"3: " V "host group \"" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTEEN SIXTEEN SIXTEEN
		"01234567012345/a\": the name has 256 characters, expected at most 255" },
	{ "gateway { name = gw }\n" WITH_URL IN_VRF("host gw { address = \"10.0.0.1\" }"),
		"4: " V "host 'gw' is there twice, first at test.conf:1" },
	{ "gateway { name = gw }\n" WITH_URL IN_VRF("host gw-a { address = \"10.0.0.1\" }"),
		"4: " V "host 'gw-a' is there twice, first at test.conf:3" },
	{ "gateway { name = a }\nzabbix { proxy_name = \"{vrf}\" " URL_KEYS " }\n" IN_VRF(""),
		"3: " V "host 'a', the proxy's own, is there twice, first at test.conf:1" },
	{ IN_VRF("host \"a:b\" { address = \"10.0.0.1\" }"),
		"2: vrf 'a': host 'a:b': not a name for Zabbix, expected up to 128 letters, digits, '.', '_', '-' or spaces" },
	{ IN_VRF("nat { }"), "2: vrf 'a': nat: no interface, expected out = \"INTERFACE\"" },
	{ IN_VRF("service s { }"),
		"2: vrf 'a': service 's': no program to run, expected command = { \"/PATH/TO/PROGRAM\", \"ARGUMENT\" }" },
	{ "vrf a@b { }",
		"1: vrf 'a@b': not a name, expected a letter or digit and up to 62 of these, '.', '_' and '-'" },
	/* Names that would lead out of a directory, be taken for an option, or write to a terminal. */
	{ "vrf .. { }", "1: vrf '..': " NO_NAME },
	{ "vrf . { }", "1: vrf '.': " NO_NAME },
	{ "vrf .hidden { }", "1: vrf '.hidden': " NO_NAME },
	{ "vrf \"../acme\" { }", "1: vrf '../acme': " NO_NAME },
	{ "vrf \"a/b\" { }", "1: vrf 'a/b': " NO_NAME },
	{ "vrf \"/etc\" { }", "1: vrf '/etc': " NO_NAME },
	{ "vrf -rf { }", "1: vrf '-rf': " NO_NAME },
	{ "vrf \"\" { }", "1: vrf '': " NO_NAME },
	{ "vrf \"a b\" { }", "1: vrf 'a b': " NO_NAME },
	{ "vrf \"a\tb\" { }", "1: vrf 'a b': " NO_NAME },
	{ "vrf \"a\033[2Jb\" { }", "1: vrf 'a?[2Jb': " NO_NAME },
	{ "vrf z\303\274rich { }", "1: vrf 'z\303\274rich': " NO_NAME },
	{ "namespace " SIXTY_FOUR " { }", "1: namespace '" SIXTY_FOUR "': " NO_NAME },
	{ IN_VRF("service \"../s\" { command = \"/bin/true\" }"),
		"2: vrf 'a': service '../s': " NO_NAME },
	{ IN_VRF("uplink = false"),
		"2: vrf 'a': a vrf always has an uplink, expected a namespace section for one without" },
	{ "namespace n { uplink = false proxy { } }",
		"1: namespace 'n': a proxy needs an uplink, expected uplink = true or no proxy section" },
	{ "namespace n { host h { address = \"10.0.0.1\" } }",
		"1: namespace 'n': a host but no proxy to monitor it, expected a proxy section" },
	{ "namespace n { id = 1 }",
		"1: namespace 'n': an id but no uplink that it is for, expected uplink = true" },
	/* What is there twice. */
	{ "vrf a { }\nvrf a { }", "2: vrf 'a' is there twice, first at test.conf:1" },
	{ "vrf a { }\nnamespace a { }", "2: namespace 'a' is there twice, first at test.conf:1" },
	{ "vrf a { interface eth0.10 { }\n interface eth0.10 { } }",
		"2: vrf 'a': interface 'eth0.10' is there twice, first at test.conf:1" },
	{ "vrf a { interface eth0.10 { } }\nvrf b { interface eth0.10 { } }",
		"2: vrf 'b': interface 'eth0.10': VLAN 10 on 'eth0' is there twice, first at test.conf:1" },
	{ "vrf a { interface eth0.100.10 { } }\nvrf b { interface c { parent = \"eth0.100\" id = 10 } }",
		"2: vrf 'b': interface 'c': VLAN 100.10 on 'eth0' is there twice, first at test.conf:1" },
	{ "vrf a { interface eth1 { kind = device } }\nvrf b { interface c { kind = device parent = eth1 } }",
		"2: vrf 'b': interface 'c': device 'eth1' is there twice, first at test.conf:1" },
	{ "vrf a { id = 3 }\nvrf b { id = 3 }",
		"2: vrf 'b': uplink id 3 is there twice, first at test.conf:1" },
	{ "vrf a { host h { address = \"10.0.0.1\" } }\nvrf b { host h { address = \"10.0.0.1\" } }",
		"2: vrf 'b': host 'h' is there twice, first at test.conf:1" },
	/* The uplink prefix. */
	{ "uplink { prefix = \"10.0.0.0/8\" }",
		"1: uplink: prefix: not wide enough or not IPv6, expected an IPv6 network of /126 or shorter" },
	{ "uplink { prefix = \"fd00::/127\" }",
		"1: uplink: prefix: not wide enough or not IPv6, expected an IPv6 network of /126 or shorter" },
	{ "uplink { prefix = \"fd00::1/64\" }",
		"1: uplink: prefix \"fd00::1/64\": has host bits set, expected fd00::/64" },
	{ "uplink { prefix = \"fd00::/126\" }\nvrf a { }\nvrf b { }",
		"1: uplink: prefix holds 1 uplinks but 2 are wanted, expected a shorter prefix" },
	{ "uplink { prefix = \"fd00::/124\" }\nvrf a { id = 4 }",
		"2: vrf 'a': id 4 is outside of the uplink prefix, expected 0 to 3" },
	/* The server beyond the uplinks. */
	{ "uplink { mode = bridged }",
		"1: uplink: mode \"bridged\": not a word for this, expected local, routed or nat" },
	{ "uplink {\nprefix4 = \"fd00::/64\" }",
		"2: uplink: prefix4: not wide enough or not IPv4, expected an IPv4 network of /30 or shorter" },
	{ "uplink { prefix4 = \"10.0.0.0/31\" }",
		"1: uplink: prefix4: not wide enough or not IPv4, expected an IPv4 network of /30 or shorter" },
	{ NAT("prefix4 = \"10.0.0.0/30\"") "vrf a { }\nvrf b { }",
		"1: uplink: prefix4 holds 1 uplinks but 2 are wanted, expected a shorter prefix" },
	{ NAT("prefix4 = \"10.0.0.0/28\"") "vrf a { id = 4 }",
		"3: vrf 'a': id 4 is outside of the uplink prefix4, expected 0 to 3" },
	{ "uplink {\nmode = routed }",
		"2: uplink: mode routed without a server, expected server in section zabbix, an address such as 192.0.2.1 or 2001:db8::1" },
	{ "uplink { mode = nat }",
		"1: uplink: mode nat without a server, expected server in section zabbix, an IPv4 address such as 192.0.2.1" },
	{ "uplink { mode = routed }\n" IN_ZABBIX("server = zbx.example.net"),
		"3: zabbix: server \"zbx.example.net\": not what mode routed of the uplinks can reach, expected an address such as 192.0.2.1 or 2001:db8::1" },
	{ "zabbix { server = 192.0.2.1 }\n" IN_INTERFACE("address = 192.0.2.1/24"),
		"2: vrf 'a': interface 'eth0.10' has the address of the Zabbix server, 192.0.2.1, expected another one" },
	{ "uplink { mode = routed }\n" IN_ZABBIX("server = \"fe80::1\""), "3: zabbix: server \"fe80::1\": not what mode routed of the uplinks can reach, expected an address such as 192.0.2.1 or 2001:db8::1" },
	{ "uplink { mode = nat }\n" IN_ZABBIX("server = \"2001:db8::1\""),
		"3: zabbix: server \"2001:db8::1\": not what mode nat of the uplinks can reach, expected an IPv4 address such as 192.0.2.1" },
	{ "uplink { mode = nat }\n" IN_ZABBIX("server = 127.0.0.1"),
		"3: zabbix: server \"127.0.0.1\": not what mode nat of the uplinks can reach, expected an IPv4 address such as 192.0.2.1" },
	{ "uplink { mode = nat }\n" IN_ZABBIX("server = 198.18.0.1"),
		"3: zabbix: server \"198.18.0.1\": in the prefix of the uplinks, expected the server's own address" },
	{ NAT("") "gateway { firewall = false }",
		"3: gateway: firewall = false with mode nat of the uplinks, expected true or mode local" },
	{ NAT("") IN_VRF(
		  "interface eth0.10 { address = \"10.0.0.2/30\" } route 192.0.2.1/32 {\nvia = 10.0.0.1 }"),
		"4: vrf 'a': a route to 192.0.2.1 alone, which is the Zabbix server and reached by the uplink; expected none" },
	{ NAT("") IN_INTERFACE("address = 192.0.2.1/24"),
		"3: vrf 'a': interface 'eth0.10' has the address of the Zabbix server, 192.0.2.1, expected another one" },
	{ NAT("") IN_VRF("proxy {\nmode = passive }"),
		"5: vrf 'a': a passive proxy, which the server cannot reach behind uplink { mode = nat }; expected passive_port in section uplink, or mode active" },
	{ NAT("") "proxy { mode = passive }\nvrf a { }",
		"4: vrf 'a': a passive proxy, which the server cannot reach behind uplink { mode = nat }; expected passive_port in section uplink, or mode active" },
	{ NAT("passive_port = 65535") "vrf a { } vrf b { }",
		"1: uplink: passive_port 65535 leaves 1 ports but 2 are wanted, one for each uplink; expected a lower one" },
	{ NAT("passive_port = 65530") "vrf a { id = 6 }",
		"3: vrf 'a': id 6 is beyond the ports of passive_port 65530, expected 0 to 5" },
	{ NAT("passive_port = 65536"),
		"1: uplink: passive_port \"65536\": out of range, expected 0 to 65535" },
	{ NAT("passive_address = \"127.0.0.1\""),
		"1: uplink: passive_address \"127.0.0.1\": not an IPv4 address that others reach, expected one such as 192.0.2.1" },
	{ NAT("passive_address = \"2001:db8::1\""),
		"1: uplink: passive_address \"2001:db8::1\": not an IPv4 address that others reach, expected one such as 192.0.2.1" },
};

static const struct fault_row names_and_devices[] = {
	/* Names in one text. */
	{ IN_VRF("host h { address = \"10.0.0.1\"\ntemplates = \"A, B\" }"),
		"3: vrf 'a': host 'h': templates \"A, B\": several names in one text, expected templates = { \"A\", \"B\" }" },
	{ IN_VRF("discover { range = \"10.0.0.0/24\"\ntemplates = { \"A\", \"B,C\" } }"),
		"3: vrf 'a': discover: templates \"B,C\": several names in one text, expected templates = { \"A\", \"B\" }" },
	/* A device that is moved, and what stands on it. */
	{ "vrf a { interface eth0 { kind = device } }\nvrf b { interface eth0.20 { } }",
		"1: vrf 'a': interface 'eth0': device 'eth0' is moved here, and interface 'eth0.20' at test.conf:2 stands on it; expected one or the other" },
	{ "vrf a { interface m { kind = macvlan parent = eth0 } }\nvrf b { interface c { kind = device parent = eth0 } }",
		"2: vrf 'b': interface 'c': device 'eth0' is moved here, and interface 'm' at test.conf:1 stands on it; expected one or the other" },
	{ "vrf a { interface eth0.100 { kind = device } }\nvrf b { interface eth0.100.20 { } }",
		"1: vrf 'a': interface 'eth0.100': device 'eth0.100' is moved here, and interface 'eth0.100.20' at test.conf:2 stands on it; expected one or the other" },
	{ "vrf a { interface c { kind = device parent = \"eth0.20\" } }\nvrf b { interface x { kind = vlan parent = eth0 id = 20 } }",
		"1: vrf 'a': interface 'c': device 'eth0.20' is moved here, and interface 'x' at test.conf:2 stands on it; expected one or the other" },
	{ "vrf a { interface c { kind = macvlan parent = lo } }",
		"1: vrf 'a': interface 'c': parent \"lo\": the loopback interface, expected a NIC of the machine" },
	{ "vrf a { interface lo.10 { } }",
		"1: vrf 'a': interface 'lo.10': parent \"lo\": the loopback interface, expected a NIC of the machine" },
	{ "vrf a { interface c { kind = device parent = vg0 } }",
		"1: vrf 'a': interface 'c': parent \"vg0\": the name of an uplink, expected a NIC of the machine" },
	/* One hardware address, however it is written, wherever the second stands. */
	{ "vrf a { interface m { kind = macvlan parent = eth0 mac = 02:00:00:00:00:AB } }\nvrf b { interface n { kind = macvlan parent = eth0\nmac = \"02:00:00:00:00:ab\" } }",
		"3: vrf 'b': interface 'n': mac 02:00:00:00:00:ab of a macvlan on 'eth0' is there twice, first at test.conf:1" },
	{ "vrf a { interface m { kind = macvlan parent = eth0 mac = 02:00:00:00:00:ab }\ninterface n { kind = macvlan parent = eth0 mac = 02:00:00:00:00:aB } }",
		"2: vrf 'a': interface 'n': mac 02:00:00:00:00:ab of a macvlan on 'eth0' is there twice, first at test.conf:1" },
};

static const struct fault_row dummies_and_ipvlans[] = {
	{ "vrf a { interface c { kind = dummy parent = eth0 } }",
		"1: vrf 'a': interface 'c': parent makes no sense for kind dummy, expected it not to be set" },
	{ "vrf a { interface c { kind = ipvlan } }",
		"1: vrf 'a': interface 'c': no parent, expected parent = \"NIC\"" },
	{ "vrf a { interface c { kind = ipvlan parent = eth0 mode = l4 } }",
		"1: vrf 'a': interface 'c': mode \"l4\": not a word for this, expected l2, l3 or l3s" },
	{ "vrf a { interface c { kind = ipvlan parent = eth0 mac = \"02:00:00:00:00:01\" } }",
		"1: vrf 'a': interface 'c': mac makes no sense for kind ipvlan, expected it not to be set" },
	{ "vrf a { interface c { kind = macvlan parent = eth0 mode = l2 } }",
		"1: vrf 'a': interface 'c': mode makes no sense for kind macvlan, expected it not to be set" },
	{ "vrf a { interface c { kind = ipvlan parent = eth0 } }\n"
	  "vrf b { interface c { kind = ipvlan parent = eth0 mode = l3 } }",
		"2: vrf 'b': interface 'c': parent \"eth0\" has another kind or mode at test.conf:1, expected macvlans, or ipvlans of one mode, on a NIC" },
	{ "vrf a { interface c { kind = macvlan parent = eth0 } }\n"
	  "vrf b { interface c { kind = ipvlan parent = eth0 } }",
		"2: vrf 'b': interface 'c': parent \"eth0\" has another kind or mode at test.conf:1, expected macvlans, or ipvlans of one mode, on a NIC" },
	{ "vrf a { interface c { kind = ipvlan parent = eth0 address = \"10.0.0.2/24\" } }\n"
	  "vrf b { interface d { kind = ipvlan parent = eth0 address = \"10.0.0.2/30\" } }",
		"2: vrf 'b': interface 'd': address 10.0.0.2 of an ipvlan on 'eth0' is there twice, first at test.conf:1" },
};

static const struct fault_row clusters[] = {
	{ IN_ZABBIX("server = \"192.0.2.1,192.0.2.2\""),
		"2: zabbix: server \"192.0.2.1,192.0.2.2\": several servers with a comma between, expected the nodes of a cluster as { \"A\", \"B\" } or \"A;B\"" },
	{ IN_ZABBIX("server = \"192.0.2.1;\""),
		"2: zabbix: server \"192.0.2.1;\": neither address nor host name, expected one of them" },
	{ IN_ZABBIX("server = \"192.0.2.1:10051;192.0.2.2\""),
		"2: zabbix: server \"192.0.2.1:10051;192.0.2.2\": a port behind the address, expected the address alone and server_port" },
	{ IN_ZABBIX("server = {\n\"\", 192.0.2.1 }"),
		"3: zabbix: server \"\": neither address nor host name, expected one of them" },
	{ IN_ZABBIX("server = { 192.0.2.1, \"\" }"),
		"2: zabbix: server \"\": neither address nor host name, expected one of them" },
	{ IN_ZABBIX("server = { 192.0.2.1, 192.0.2.1 }"),
		"2: zabbix: server \"192.0.2.1\": one node of the cluster twice, expected each once" },
	{ IN_ZABBIX("server = \"zbx.example.net:10051\""),
		"2: zabbix: server \"zbx.example.net:10051\": a port behind the address, expected the address alone and server_port" },
	{ IN_ZABBIX("server = \"[2001:db8::1]:10051\""),
		"2: zabbix: server \"[2001:db8::1]:10051\": a port behind the address, expected the address alone and server_port" },
	{ "uplink { mode = routed }\n" IN_ZABBIX("server = \"2001:db8::1;2001:db8:0::1\""),
		"3: zabbix: server \"2001:db8:0::1\": one node of the cluster twice, expected each once" },
	{ "uplink { mode = routed }\n" IN_ZABBIX("server = \"2001:db8::1;192.0.2.1\""),
		"3: zabbix: server \"192.0.2.1\": not of the address family of \"2001:db8::1\", expected all nodes of a cluster by IPv4 or all by IPv6" },
	{ "uplink { mode = nat }\n" IN_ZABBIX("server = \"192.0.2.1;a.example.net\""),
		"3: zabbix: server \"a.example.net\": not what mode nat of the uplinks can reach, expected an IPv4 address such as 192.0.2.1" },
	{ IN_ZABBIX("server = { 127.0.0.1, 192.0.2.1 }"),
		"2: zabbix: server \"127.0.0.1\": what every machine has, expected the own address of each node of a cluster" },
	{ IN_ZABBIX("server = \"a1;a2;a3;a4;a5;a6;a7;a8;a9\""),
		"2: zabbix: server \"a1;a2;a3;a4;a5;a6;a7;a8;a9\": more than 8 nodes, expected fewer" },
	{ "uplink { mode = routed } zabbix { server = \"192.0.2.1;192.0.2.2\" }\n" IN_INTERFACE(
		  "address = 192.0.2.2/24"),
		"2: vrf 'a': interface 'eth0.10' has the address of the Zabbix server, 192.0.2.2, expected another one" },
};

static void test_every_fault_is_told_in_its_words(void **state)
{
	(void)state;
	assert_rows(table, sizeof(table) / sizeof(table[0]));
	assert_rows(names_and_devices, sizeof(names_and_devices) / sizeof(names_and_devices[0]));
	assert_rows(
		dummies_and_ipvlans, sizeof(dummies_and_ipvlans) / sizeof(dummies_and_ipvlans[0]));
	assert_rows(clusters, sizeof(clusters) / sizeof(clusters[0]));
}

static void test_all_faults_come_in_one_pass_with_their_lines(void **state)
{
	cleanup_loaded struct loaded loaded =
		loaded_text("# a comment\n"
			    "vrf acme { /* two\n"
			    "lines */ enabled = x # more\n"
			    "  interfce eth0.10 {\n"
			    "    list = { a, b } deep x { list = { c } }\n"
			    "  }\n"
			    "  interface eth0.4095 { mtu = 1 } // end\n"
			    "}\n"
			    "vrf acme { id = 1 }\n"
			    "foo = { }\n"
			    "uplink { mtu = 1 }\n");
	static const char *const expected[] = {
		"test.conf:3: vrf 'acme': enabled \"x\": neither yes nor no, expected true or false",
		"test.conf:4: vrf 'acme': unknown section 'interfce', did you mean 'interface'?",
		"test.conf:7: vrf 'acme': interface 'eth0.4095': mtu \"1\": out of range, expected 68 to 65535",
		"test.conf:7: vrf 'acme': interface 'eth0.4095': VLAN id 4095, expected 1 to 4094",
		"test.conf:9: vrf 'acme' is there twice, first at test.conf:2",
		"test.conf:11: uplink: mtu \"1\": out of range, expected 1280 to 65535",
	};
	size_t n = sizeof(expected) / sizeof(expected[0]);
	size_t found = 0;

	(void)state;
	assert_int_equal(loaded.report.faults.count, n + 1);
	for (size_t i = 0; i < n + 1; i++) {
		if (strstr(loaded.report.faults.items[i], "unknown key 'foo'"))
			continue;
		assert_string_equal(loaded.report.faults.items[i], expected[found++]);
	}
	assert_int_equal(found, n);
}

/* One that is not told comes with the next attempt. */
static void test_no_fault_of_shape_hides_another(void **state)
{
	cleanup_loaded struct loaded loaded =
		loaded_text("gateway = 1\n"
			    "vrf { }\n"
			    "dns { }\n"
			    "enabled = maybe\n"
			    "vrf a {\n"
			    "  dns = { \"10.0.0.1\" \"10.0.0.2\" }\n"
			    "  enabled\n"
			    "  interface eth0.10 { mtu = 1 } mtu 1500\n"
			    "  root x { deep { } }\n"
			    "}\n"
			    "uplink { mtu = 1 }\n"
			    "vrf b { interface x { mtu = \"1\n");
	static const char *const expected[] = {
		"1: 'gateway' is a section, expected gateway { ... }",
		"2: 'vrf' is a section with a name, expected vrf NAME { ... }",
		"3: unknown section 'dns', expected one of gateway, uplink, zabbix, proxy, vrf, namespace",
		"4: unknown key 'enabled', expected one of gateway, uplink, zabbix, proxy, vrf, namespace",
		"6: vrf 'a': unexpected '10.0.0.2', expected ',' or '}' in the list",
		"7: vrf 'a': 'enabled' is a key, expected enabled = VALUE",
		"8: vrf 'a': unknown key 'mtu', expected KEY = VALUE or a section",
		"8: vrf 'a': interface 'eth0.10': mtu \"1\": out of range, expected 68 to 65535",
		"9: vrf 'a': unknown section 'root', did you mean 'route'?",
		"11: uplink: mtu \"1\": out of range, expected 1280 to 65535",
		"12: string without an end, expected \"",
	};
	size_t n = sizeof(expected) / sizeof(expected[0]);

	(void)state;
	assert_int_equal(loaded.report.faults.count, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(
			loaded.report.faults.items[i] + strlen("test.conf:"), expected[i]);
}

static void test_same_customer_addresses_are_no_fault(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { interface eth0.10 { address = \"10.0.0.2/30\" gateway = \"10.0.0.1\" }\n"
		"  route \"10.0.0.0/8\" { via = \"10.0.0.1\" } host a1 { address = \"10.0.0.1\" } }\n"
		"vrf b { interface eth0.20 { address = \"10.0.0.2/30\" gateway = \"10.0.0.1\" }\n"
		"  route \"10.0.0.0/8\" { via = \"10.0.0.1\" } host b1 { address = \"10.0.0.1\" } }\n");

	(void)state;
	assert_no_faults(&loaded);
}

/* The networks around the server, and the prefix of the uplinks, may be the customers' too. */
static void test_customers_around_the_server_are_no_fault(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(NAT(
		"prefix4 = \"10.255.0.0/16\"") "vrf a { interface eth0.10 { address = \"192.0.2.2/24\" gateway = \"192.0.2.3\" }\n"
					       "  route 192.0.2.0/25 { via = \"192.0.2.3\" } route 10.0.0.0/8 { via = 192.0.2.3 } }\n"
					       "namespace b { interface eth0.20 { address = \"192.0.2.1/24\" }\n"
					       "  route 192.0.2.1/32 { via = \"192.0.2.3\" } }\n");

	(void)state;
	assert_no_faults(&loaded);
}

/* All that is one route with several next hops, or one of another metric, and ways that the kernel finds. */
static void test_a_destination_may_have_several_next_hops(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { interface a { kind = macvlan parent = p address = { \"10.0.0.2/29\", \"fd00::2/64\" }\n"
		"  gateway = { \"10.0.0.1\", \"fd00::1\" } }\n"
		"  interface b { kind = macvlan parent = p address = { \"10.1.0.2/29\", \"fd01::2/64\" }\n"
		"  gateway = { \"10.1.0.1\", \"fe80::1\" } }\n"
		"  route \"10.8.0.0/16\" { via = { 10.0.0.1, 10.1.0.1 } }\n"
		"  route \"10.8.0.0/16\" { via = 10.0.0.3 }\n"
		"  route \"10.8.0.0/16\" { via = 10.0.0.3 metric = 5 }\n"
		"  route \"10.7.0.0/16\" { dev = b } route \"10.6.0.0/16\" { via = 10.7.0.1 }\n"
		"  route \"0.0.0.0/0\" { via = 203.0.113.1 dev = b }\n"
		"  route \"10.1.0.0/29\" { via = 10.0.0.3 metric = 5 } }\n");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 0);
	assert_int_equal(loaded.config->vrfs[0].routes[0].n_vias, 2);
}

static void test_an_equal_next_hop_is_a_warning(void **state)
{
	static const char *const notes[] = {
		"test.conf:2: vrf 'a': route '0.0.0.0/0': the next hop of test.conf:1 once more, counted once",
		"test.conf:4: vrf 'a': route '10.8.0.0/16': the next hop of test.conf:3 once more, counted once",
		"test.conf:5: vrf 'a': route '10.0.0.0/29': the network of interface 'a' at test.conf:1, which is reached without a route",
	};
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { interface a { kind = macvlan parent = p address = \"10.0.0.2/29\" gateway = \"10.0.0.1\" }\n"
		"  route \"0.0.0.0/0\" { via = 10.0.0.1 }\n"
		"  route \"10.8.0.0/16\" { via = 10.0.0.1 }\n"
		"  route \"10.8.0.0/16\" { via = 10.0.0.1 dev = a }\n"
		"  route \"10.0.0.0/29\" { dev = a } }\n");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(loaded.report.notes.items[i], notes[i]);
}

static void test_a_port_of_passive_proxies_that_is_not_used_is_a_warning(void **state)
{
	static const char *const rows[][2] = {
		{ "uplink {\nmode = routed passive_port = 20000 }\nzabbix { server = 192.0.2.1 } vrf a { dns = \"10.0.0.1\" }",
			"test.conf:2: uplink: passive_port is not used: it is for mode nat, and in this mode the server reaches passive proxies by their own addresses" },
		{ "uplink {\npassive_address = 192.0.2.2 }\nvrf a { }",
			"test.conf:2: uplink: passive_address is not used without passive_port" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cleanup_loaded struct loaded loaded = loaded_text(rows[i][0]);

		assert_no_faults(&loaded);
		assert_true(strings_contain(&loaded.report.notes, rows[i][1]));
	}
}

static void test_a_cluster_is_taken_in_either_form(void **state)
{
	static const struct {
		const char *uplink, *server;
	} rows[] = {
		{ "mode = routed", "\"192.0.2.1;192.0.2.2\"" },
		{ "mode = routed", "{ \"192.0.2.1\", 192.0.2.2 }" },
		{ "mode = nat", "\"192.0.2.1;192.0.2.2\"" },
		{ "mode = local", "{ 192.0.2.1, 192.0.2.2 }" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cleanup_free char *text = xasprintf(
			"uplink { %s } zabbix { server = %s }", rows[i].uplink, rows[i].server);
		cleanup_loaded struct loaded loaded = loaded_text(text);
		const struct net_servers *servers;

		assert_no_faults(&loaded);
		servers = &loaded.config->uplink.servers;
		assert_int_equal(servers->count, 2);
		assert_int_equal(servers->nodes[0].bytes[3], 1);
		assert_int_equal(servers->nodes[1].bytes[3], 2);
		assert_string_equal(loaded.config->zabbix.server, "192.0.2.1;192.0.2.2");
		assert_false(loaded.config->uplink.at_root_side);
		assert_true(config_uplink_has_ipv4(&loaded.config->uplink));
	}
}

/* In mode local each proxy looks them up, and the way there is the customer's. */
static void test_a_cluster_known_by_names_is_a_warning_for_each(void **state)
{
	cleanup_loaded struct loaded loaded =
		loaded_text("zabbix { server = \"a.example.net;b.example.net\" }");
	size_t names = 0;

	(void)state;
	assert_no_faults(&loaded);
	for (size_t i = 0; i < loaded.report.notes.count; i++)
		names += strstr(loaded.report.notes.items[i], ".example.net\": a name") != NULL;
	assert_int_equal(names, 2);
	assert_int_equal(loaded.config->uplink.servers.count, 0);
	assert_false(loaded.config->uplink.at_root_side);
}

static void test_a_mark_of_utf8_and_two_line_ends_are_no_fault(void **state)
{
	cleanup_loaded struct loaded loaded =
		loaded_text("\xef\xbb\xbf"
			    "# a comment\r\nvrf a {\r\n\tid = 7\r\n\tdns = {\r\n10.0.0.1,\r\n"
			    "\"10.0.0.2\"\r\n}\r\n\tinterface eth0.10 { }\r\n}\r\n");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.config->vrfs[0].line, 2);
	assert_int_equal(loaded.config->vrfs[0].id, 7);
	assert_string_equal(loaded.config->vrfs[0].dns.items[0], "10.0.0.1");
}

static void test_a_bad_file_does_not_spoil_the_next(void **state)
{
	static const char *const bad[] = { "vrf a { dns = \"x", "/*", "vrf a { dns = \"\\9\" }",
		"}", "a {" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_loaded struct loaded first = loaded_text(bad[i]);
		cleanup_loaded struct loaded second = loaded_text("vrf a { dns = \"10.0.0.1\" }");

		assert_int_equal(first.result, -EINVAL);
		assert_no_faults(&second);
	}
}

static void test_odd_texts_end_in_a_fault(void **state)
{
	static const char *const odd[] = {
		"vrf a { }\n\"vrf=a|interface\" x { zz = 1 y { } }",
		"\"vrf|x\" = 1",
		"vrf a { proxy { } \"proxy|mode\" = passive \"proxy|health\" { fall = 1 } }",
		"\" \" = 1",
		"vrf a { \" \" = 1 \" \" { } }",
		"foo(1, 2)",
		"vrf a a { }",
		"=",
		"{ }",
		"vrf a { dns += }",
		"vrf \"\\x01\" { } vrf \"\\x01\" { }",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		cleanup_loaded struct loaded loaded = loaded_text(odd[i]);

		assert_int_equal(loaded.result, -EINVAL);
		assert_true(loaded.report.faults.count > 0);
	}
}

static void test_unknown_sections_may_be_as_deep_as_they_like(void **state)
{
	char text[8192] = "";

	(void)state;
	for (size_t i = 0; i < 200; i++)
		strcat(text, i % 2 ? "foo { " : "bar x { ");
	for (size_t i = 0; i < 200; i++)
		strcat(text, "} ");
	{
		cleanup_loaded struct loaded loaded = loaded_text(text);

		assert_int_equal(loaded.result, -EINVAL);
		assert_true(loaded.report.faults.count > 0);
	}
}

static void test_hosts_that_nothing_would_poll_are_a_warning(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"vrf a { interface dummy0 { address = \"10.0.0.2/24\" kind = macvlan parent = eth0 }\n"
		"  host x { address = \"10.0.0.1\" jmx { } }\n"
		"  host y { address = \"10.0.0.1\" ipmi { } }\n"
		"  proxy { options = { \"StartIPMIPollers=0\" } } }\n"
		"vrf b { interface dummy0 { address = \"10.0.0.2/24\" kind = macvlan parent = eth1 }\n"
		"  host z { address = \"10.0.0.1\" jmx { } ipmi { } }\n"
		"  proxy { java_gateway = \"127.0.0.1\" } }\n");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 2);
	assert_non_null(strstr(loaded.report.notes.items[0],
		":2: vrf 'a': host 'x': jmx: not polled without a Java gateway; expected java_gateway"));
	assert_non_null(strstr(loaded.report.notes.items[1],
		":3: vrf 'a': host 'y': ipmi: not polled, as the proxy's options say StartIPMIPollers=0"));
}

static void test_values_that_a_proxy_would_lose_are_a_warning(void **state)
{
	cleanup_loaded struct loaded loaded = loaded_text(
		"proxy { options = { \"ProxyBufferMode=memory\", \"ProxyMemoryBufferSize=16M\" } }\n"
		"vrf a { interface dummy0 { address = \"10.0.0.2/24\" kind = macvlan parent = eth0 } }\n"
		"vrf b { interface dummy0 { address = \"10.0.0.2/24\" kind = macvlan parent = eth1 }\n"
		"  proxy { options = { \"ProxyBufferMode=hybrid\" } } }\n");

	(void)state;
	assert_no_faults(&loaded);
	assert_int_equal(loaded.report.notes.count, 1);
	assert_non_null(strstr(loaded.report.notes.items[0],
		":2: vrf 'a': the proxy's options say ProxyBufferMode=memory: what it has not sent is lost"));
}

static void test_a_java_gateway_is_an_address_with_or_without_port(void **state)
{
	static const struct {
		const char *value;
		bool good;
	} rows[] = { { "10.0.0.5", true }, { "10.0.0.5:10052", true }, { "java1:10052", true },
		{ "[fd00::1]:10052", true }, { "fd00::1", true }, { "[fd00::1]", true },
		{ "10.0.0.5:0", false }, { "10.0.0.5:70000", false }, { ":10052", false },
		{ "10.0.0.5:http", false }, { "10.0.0.0/8", false }, { "a b", false },
		{ "[fd00::1", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_free char *text =
			xasprintf("proxy { java_gateway = \"%s\" }\nvrf a { }\n", rows[i].value);
		cleanup_loaded struct loaded loaded = loaded_text(text);

		if ((loaded.report.faults.count == 0) != rows[i].good)
			fail_msg("%s", rows[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_fault_is_told_in_its_words),
		cmocka_unit_test(test_all_faults_come_in_one_pass_with_their_lines),
		cmocka_unit_test(test_no_fault_of_shape_hides_another),
		cmocka_unit_test(test_same_customer_addresses_are_no_fault),
		cmocka_unit_test(test_a_destination_may_have_several_next_hops),
		cmocka_unit_test(test_an_equal_next_hop_is_a_warning),
		cmocka_unit_test(test_hosts_that_nothing_would_poll_are_a_warning),
		cmocka_unit_test(test_values_that_a_proxy_would_lose_are_a_warning),
		cmocka_unit_test(test_a_java_gateway_is_an_address_with_or_without_port),
		cmocka_unit_test(test_odd_texts_end_in_a_fault),
		cmocka_unit_test(test_unknown_sections_may_be_as_deep_as_they_like),
		cmocka_unit_test(test_customers_around_the_server_are_no_fault),
		cmocka_unit_test(test_a_port_of_passive_proxies_that_is_not_used_is_a_warning),
		cmocka_unit_test(test_a_cluster_is_taken_in_either_form),
		cmocka_unit_test(test_a_cluster_known_by_names_is_a_warning_for_each),
		cmocka_unit_test(test_a_mark_of_utf8_and_two_line_ends_are_no_fault),
		cmocka_unit_test(test_a_bad_file_does_not_spoil_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
