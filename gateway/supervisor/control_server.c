// SPDX-License-Identifier: GPL-2.0-or-later
/* The answering side of the control socket. */
#include "supervisor/control_server.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/protocol.h"
#include "supervisor/status.h"

#define MAX_CLIENTS       64
#define CLIENT_TIMEOUT_US (10 * 1000000ULL)
#define GROUP             "vrfgate"

struct client {
	struct control_server *server;
	struct client *next;
	sd_event_source *io, *timer;
	int fd;
	bool may_act; /* root */
	char request[CONTROL_MAX_REQUEST];
	size_t received;
	char *answer;
	size_t answer_size, sent;
};

struct control_server {
	struct supervisor *supervisor;
	sd_event_source *listen;
	int fd;
	struct sockaddr_un address;
	struct client *clients;
	size_t n_clients;
};

static void client_free(struct client *client)
{
	sd_event_source_disable_unref(client->io);
	sd_event_source_disable_unref(client->timer);
	close(client->fd);
	free(client->answer);
	free(client);
}

static void client_destroy(struct client *client)
{
	struct client **at = &client->server->clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	client->server->n_clients--;
	client_free(client);
}

/* --- the commands --- */

static json_t *answer_error(const char *error)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", error);
}

static json_t *command_status(struct supervisor *supervisor, const json_t *request)
{
	const json_t *names = json_object_get(request, "vrfs");
	size_t i;
	json_t *name;

	json_array_foreach (names, i, name) {
		const char *text = json_string_value(name);

		if (!text || !supervisor_find_vrf(supervisor, text))
			return json_pack("{s:b, s:s, s:s}", "ok", 0, "error",
				CONTROL_ERROR_NO_SUCH_VRF, "vrf", text ? text : "");
	}
	return status_create(supervisor, names);
}

static json_t *command_reload(struct supervisor *supervisor, const json_t *request)
{
	struct error err = ERROR_INIT;
	struct strings faults = { 0 };
	json_t *answer;

	(void)request;
	if (supervisor_reload(supervisor, &faults, &err) == 0) {
		answer = json_pack("{s:b}", "ok", 1);
	} else {
		json_t *lines = json_array();

		for (size_t i = 0; i < faults.count; i++)
			json_array_append_new(lines, json_string(faults.items[i]));
		answer = answer_error(err.text);
		json_object_set_new(answer, "faults", lines);
	}
	strings_finish(&faults);
	return answer;
}

static const struct {
	const char *name;
	bool acts;
	json_t *(*run)(struct supervisor *supervisor, const json_t *request);
} commands[] = {
	{ "status", false, command_status },
	{ "reload", true, command_reload },
};

static json_t *request_answer(const struct client *client)
{
	cleanup_json json_t *request = json_loadb(client->request, client->received, 0, NULL);
	const char *name = json_string_value(json_object_get(request, "command"));

	if (!name)
		return answer_error("not a request: a JSON object with a command was expected");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (commands[i].acts && !client->may_act)
			return answer_error("only root may do that");
		return commands[i].run(client->server->supervisor, request);
	}
	return answer_error("this supervisor does not know that command");
}

/* --- the connection --- */

static void client_send(struct client *client)
{
	ssize_t n = send(client->fd, client->answer + client->sent,
		client->answer_size - client->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		client->sent += (size_t)n;
	if (n < 0 || client->sent == client->answer_size)
		client_destroy(client);
}

static void client_answer(struct client *client)
{
	cleanup_json json_t *answer = request_answer(client);

	client->answer = json_dumps(answer, JSON_COMPACT);
	if (!client->answer)
		client->answer = xstrdup("{}");
	client->answer_size = strlen(client->answer);
	sd_event_source_set_io_events(client->io, EPOLLOUT);
	client_send(client);
}

static void client_receive(struct client *client)
{
	ssize_t n = recv(client->fd, client->request + client->received,
		sizeof(client->request) - client->received, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_destroy(client);
		return;
	}
	client->received += (size_t)n;
	if (memchr(client->request, '\n', client->received))
		client_answer(client);
	else if (client->received == sizeof(client->request))
		client_destroy(client);
}

static int client_on_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct client *client = data;

	(void)source;
	(void)fd;
	(void)events;
	if (client->answer)
		client_send(client);
	else
		client_receive(client);
	return 0;
}

static int client_on_timeout(sd_event_source *source, uint64_t usec, void *data)
{
	(void)source;
	(void)usec;
	client_destroy(data);
	return 0;
}

static bool peer_is_root(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0;
}

static int server_on_connect(sd_event_source *source, int listen_fd, uint32_t events, void *data)
{
	struct control_server *server = data;
	struct sd_event *event = server->supervisor->event;
	struct client *client;
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)source;
	(void)events;
	if (fd < 0)
		return 0;
	if (server->n_clients >= MAX_CLIENTS) {
		close(fd);
		return 0;
	}
	client = xcalloc(1, sizeof(*client));
	client->server = server;
	client->fd = fd;
	client->may_act = peer_is_root(fd);
	client->next = server->clients;
	server->clients = client;
	server->n_clients++;
	if (sd_event_add_io(event, &client->io, fd, EPOLLIN, client_on_io, client) < 0 ||
		sd_event_add_time_relative(event, &client->timer, CLOCK_MONOTONIC,
			CLIENT_TIMEOUT_US, 0, client_on_timeout, client) < 0)
		client_destroy(client);
	return 0;
}

/* Group vrfgate may ask where there is such a group; root always may. */
static void socket_set_owner(const char *path)
{
	const struct group *group = getgrnam(GROUP);

	if (group && chown(path, 0, group->gr_gid) == 0)
		(void)chmod(path, 0660);
}

static int server_listen(struct control_server *server, struct error *err)
{
	const char *path = server->address.sun_path;
	mode_t mask;
	int r;

	server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->fd < 0)
		return error_set_errno(err, errno, "cannot make the control socket");
	/* The run_dir's lock is ours: whoever left a socket here is dead. */
	unlink(path);
	mask = umask(0177);
	r = bind(server->fd, (struct sockaddr *)&server->address, sizeof(server->address));
	umask(mask);
	if (r < 0 || listen(server->fd, MAX_CLIENTS) < 0)
		return error_set_errno(err, errno, "cannot listen on '%s'", path);
	socket_set_owner(path);
	return 0;
}

int control_server_create(
	struct supervisor *supervisor, struct control_server **server, struct error *err)
{
	const char *run_dir = supervisor->config->gateway.run_dir;
	struct control_server *s = xcalloc(1, sizeof(*s));
	int r = 0;

	s->supervisor = supervisor;
	s->fd = -1;
	s->address.sun_family = AF_UNIX;
	if (snprintf(s->address.sun_path, sizeof(s->address.sun_path), "%s/%s", run_dir,
		    CONTROL_SOCKET_NAME) >= (int)sizeof(s->address.sun_path))
		r = error_set(err, ENAMETOOLONG, "run_dir '%s' is too long for a socket", run_dir);
	if (r == 0)
		r = server_listen(s, err);
	if (r == 0)
		r = sd_event_add_io(
			supervisor->event, &s->listen, s->fd, EPOLLIN, server_on_connect, s);
	if (r < 0) {
		control_server_destroy(s);
		return r;
	}
	*server = s;
	return 0;
}

void control_server_destroy(struct control_server *server)
{
	if (!server)
		return;
	for (struct client *client = server->clients, *next; client; client = next) {
		next = client->next;
		client_free(client);
	}
	sd_event_source_disable_unref(server->listen);
	if (server->fd >= 0) {
		close(server->fd);
		unlink(server->address.sun_path);
	}
	free(server);
}
