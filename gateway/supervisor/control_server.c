// SPDX-License-Identifier: GPL-2.0-or-later
/* The answering side of the control socket. */
#include "supervisor/control_server.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/connection.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/place.h"
#include "control/protocol.h"
#include "process/job.h"
#include "supervisor/control_commands.h"

#define CLIENT_TIMEOUT_US (10 * 1000000ULL)
#define GROUP             "vrfgate"
#define DISK_IS_SLOW \
	"nothing is changed yet: the config cannot be read or state_dir written within 10 s; the reload goes on"
#define IN_TURN              "not reloaded: another reload waits for the disk of the config or of state_dir"
/* Who root is is found out soon, whatever else the loop has to do; the others take turns with that. */
#define PRIORITY_ROOT        (SD_EVENT_PRIORITY_NORMAL - 20)
#define PRIORITY_LISTEN      (SD_EVENT_PRIORITY_NORMAL - 10)
/* Far more than come, but for those who mean no good. */
#define CONNECTS_MAX         100
#define CONNECTS_PERIOD_US   500000ULL
/* Some thousand events. */
#define LISTENER_MAX_WAITING (1024 * 1024)

/* At a time; whoever comes beyond them is turned away. What others than root cannot have is root's. */
struct places {
	size_t all, others, each; /* of all users; of all but root; of each of those */
};

static const struct places client_places = { 64, 48, 16 };
/* The other clients are those who ask. */
static const struct places listener_places = { 16, 12, 4 };

struct client {
	struct control_server *server;
	struct client *next;
	sd_event_source *io, *timer;
	struct connection connection;
	uid_t uid;           /* whose it is; only root may act */
	const char *request; /* its line, which stays in the connection: nothing more is received */
	size_t request_size;
	enum control_wait waits;
	bool answered, listens;
};

struct control_server {
	struct supervisor *supervisor;
	sd_event_source *listen, *absence;
	int fd;
	struct sockaddr_un address;
	struct client *clients;
	struct job *owner_job; /* gives the socket to its group */
};

static void client_free(struct client *client)
{
	sd_event_source_disable_unref(client->io);
	sd_event_source_disable_unref(client->timer);
	connection_finish(&client->connection);
	free(client);
}

static void client_destroy(struct client *client)
{
	struct client **at = &client->server->clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	client_free(client);
}

/* --- the connection --- */

static void answer_append(struct client *client, const char *text, const char *end)
{
	connection_put(&client->connection, text, strlen(text));
	connection_put(&client->connection, end, strlen(end));
	sd_event_source_set_io_events(client->io, client->listens ? EPOLLIN | EPOLLOUT : EPOLLOUT);
}

static void client_send(struct client *client)
{
	int r = connection_send(&client->connection);

	if (r > 0 && client->listens)
		sd_event_source_set_io_events(client->io, EPOLLIN);
	else if (r != 0)
		client_destroy(client);
}

static bool has_place(const struct control_server *server, uid_t uid, bool as_listener)
{
	const struct places *places = as_listener ? &listener_places : &client_places;
	struct places taken = { 0 };

	for (const struct client *client = server->clients; client; client = client->next) {
		if (as_listener && !client->listens)
			continue;
		taken.all++;
		taken.others += client->uid != 0;
		taken.each += client->uid == uid;
	}
	return taken.all < places->all &&
		(uid == 0 || (taken.others < places->others && taken.each < places->each));
}

static char *refusal_create(const char *error)
{
	cleanup_json json_t *answer = control_error_create(error);

	return json_dumps(answer, JSON_COMPACT);
}

static void client_answer(struct client *client)
{
	struct supervisor *supervisor = client->server->supervisor;
	struct control_request request = { client->request, client->request_size,
		client->uid == 0 };
	cleanup_free char *answer = NULL;
	bool listens, begins = !client->waits || client->waits == CONTROL_WAIT_TURN;

	client->waits = begins ? control_command_begin(supervisor, &request) : CONTROL_WAIT_NOT;
	if (client->waits) {
		sd_event_source_set_io_events(client->io, 0);
		return;
	}
	answer = control_command_answer(supervisor, &request, &listens);
	if (listens && !has_place(client->server, client->uid, true)) {
		free(answer);
		answer = refusal_create("too many listen for events already");
		listens = false;
	}
	client->listens = listens;
	if (listens)
		client->timer = sd_event_source_disable_unref(client->timer);
	client->answered = true;
	answer_append(client, answer, listens ? "\n" : "");
	client_send(client);
}

void control_server_answer_waiting(struct control_server *server, enum control_wait wait)
{
	for (int others = 0; others < 2; others++)
		for (struct client *client = server->clients, *next; client; client = next) {
			next = client->next;
			if (client->waits == wait && (client->uid != 0) == others)
				client_answer(client);
		}
}

static void client_receive(struct client *client)
{
	int r = connection_receive(&client->connection);
	bool is_too_long = connection_received(&client->connection) > CONTROL_MAX_REQUEST;

	client->request = connection_take_line(&client->connection, &client->request_size);
	if (r < 0 || (is_too_long && !client->request))
		client_destroy(client);
	else if (client->request)
		client_answer(client);
}

/* A listener has nothing more to say; that it goes is all that can come. */
static bool listener_has_gone(struct client *client)
{
	size_t length;
	int r = connection_receive(&client->connection);

	(void)connection_take_all(&client->connection, &length);
	return r < 0;
}

static int client_on_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct client *client = data;

	(void)source;
	(void)fd;
	/* One that waits can only have gone. */
	if (client->waits)
		client_destroy(client);
	else if (!client->answered)
		client_receive(client);
	else if (client->listens && (events & ~(uint32_t)EPOLLOUT) && listener_has_gone(client))
		client_destroy(client);
	else if (connection_unsent(&client->connection) > 0)
		client_send(client);
	return 0;
}

/* Who does not read is dropped, and not waited for. */
void control_server_tell(struct control_server *server, const json_t *event)
{
	cleanup_free char *text = json_dumps(event, JSON_COMPACT);

	for (struct client *client = server->clients, *next; client; client = next) {
		next = client->next;
		if (!client->listens)
			continue;
		answer_append(client, text ? text : "{}", "\n");
		if (connection_unsent(&client->connection) > LISTENER_MAX_WAITING)
			client_destroy(client);
	}
}

/* A reload takes as long as the disk does; who asked for it is told, and has once more the time to take the answer. */
static int client_on_timeout(sd_event_source *source, uint64_t usec, void *data)
{
	struct client *client = data;
	cleanup_free char *answer = NULL;

	if (client->waits != CONTROL_WAIT_RELOAD && client->waits != CONTROL_WAIT_TURN) {
		client_destroy(client);
		return 0;
	}
	answer = refusal_create(client->waits == CONTROL_WAIT_RELOAD ? DISK_IS_SLOW : IN_TURN);
	client->waits = CONTROL_WAIT_NOT;
	client->answered = true;
	sd_event_source_set_time(source, usec + CLIENT_TIMEOUT_US);
	sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	answer_append(client, answer, "");
	client_send(client);
	return 0;
}

/* Who has connected; nobody of this machine where the kernel does not say. */
static uid_t peer_uid(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.uid : (uid_t)-1;
}

static int server_on_connect(sd_event_source *source, int listen_fd, uint32_t events, void *data)
{
	struct control_server *server = data;
	struct sd_event *event = server->supervisor->event;
	struct client *client;
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	uid_t uid;

	(void)source;
	(void)events;
	if (fd < 0)
		return 0;
	uid = peer_uid(fd);
	if (!has_place(server, uid, false)) {
		close(fd);
		return 0;
	}
	client = xcalloc(1, sizeof(*client));
	client->server = server;
	client->connection.fd = fd;
	client->uid = uid;
	client->next = server->clients;
	server->clients = client;
	if (sd_event_add_io(event, &client->io, fd, EPOLLIN, client_on_io, client) < 0 ||
		(uid == 0 && sd_event_source_set_priority(client->io, PRIORITY_ROOT) < 0) ||
		sd_event_add_time_relative(event, &client->timer, CLOCK_MONOTONIC,
			CLIENT_TIMEOUT_US, 0, client_on_timeout, client) < 0)
		client_destroy(client);
	return 0;
}

/* Group vrfgate may ask where there is such a group; root always may. In a helper: a directory service may not answer. */
static void socket_set_owner(int fd, const void *data)
{
	const char *path = data;
	const struct group *group = getgrnam(GROUP);

	(void)fd;
	if (group && chown(path, 0, group->gr_gid) == 0)
		(void)chmod(path, 0660);
}

static void socket_on_owner_set(const void *answer, size_t size, bool in_time, void *data)
{
	struct control_server *server = data;

	(void)answer;
	(void)size;
	(void)in_time;
	server->owner_job = NULL;
}

static int socket_open(struct control_server *server, struct error *err)
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
	if (r < 0 || listen(server->fd, (int)client_places.all) < 0)
		return error_set_errno(err, errno, "cannot listen on '%s'", path);
	job_destroy(server->owner_job);
	server->owner_job = NULL;
	return job_start_own(server->supervisor->event, socket_set_owner, path, JOB_NO_TIMEOUT,
		socket_on_owner_set, server, &server->owner_job, err);
}

static int absence_on_event(sd_event_source *source, const struct inotify_event *event, void *data);

static int server_listen(struct control_server *server, struct error *err)
{
	sd_event *event = server->supervisor->event;
	int r = socket_open(server, err);

	if (r < 0)
		return r;
	r = sd_event_add_io(event, &server->listen, server->fd, EPOLLIN, server_on_connect, server);
	if (r >= 0)
		r = sd_event_source_set_priority(server->listen, PRIORITY_LISTEN);
	if (r >= 0)
		r = sd_event_source_set_ratelimit(server->listen, CONNECTS_PERIOD_US, CONNECTS_MAX);
	if (r >= 0)
		r = sd_event_add_inotify(event, &server->absence, server->address.sun_path,
			IN_ATTRIB | IN_MOVE_SELF, absence_on_event, server);
	return r < 0 ? error_set_errno(err, -r, "cannot wait for clients") : 0;
}

static void server_deafen(struct control_server *server)
{
	server->listen = sd_event_source_disable_unref(server->listen);
	server->absence = sd_event_source_disable_unref(server->absence);
	if (server->fd >= 0)
		close(server->fd);
	server->fd = -1;
}

/* Who cleans up files may have taken it away: nobody could ask or give orders any more. */
static int absence_on_event(sd_event_source *source, const struct inotify_event *event, void *data)
{
	struct control_server *server = data;
	struct error err = ERROR_INIT;

	(void)source;
	(void)event;
	if (access(server->address.sun_path, F_OK) == 0)
		return 0;
	server_deafen(server);
	if (server_listen(server, &err) < 0)
		log_error("the control socket was taken away: %s", err.text);
	else
		log_warning("'%s' was taken away, and made again", server->address.sun_path);
	return 0;
}

int control_server_create(
	struct supervisor *supervisor, struct control_server **server, struct error *err)
{
	struct control_server *s = xcalloc(1, sizeof(*s));
	int r;

	s->supervisor = supervisor;
	s->fd = -1;
	r = control_address_init(&s->address, supervisor->config->gateway.run_dir, err);
	if (r == 0)
		r = server_listen(s, err);
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
		/* Its last events, as far as they go at once. */
		if (client->listens)
			(void)connection_send(&client->connection);
		client_free(client);
	}
	if (server->fd >= 0)
		unlink(server->address.sun_path);
	job_destroy(server->owner_job);
	server_deafen(server);
	free(server);
}
