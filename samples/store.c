/* store - make up the logs of a cross-border store: every stream, coherent, repeatable.
 *
 * One clock runs over the window second by second. Sessions wait in a wheel of seconds for their
 * next action, so that events come out in time order, in memory that depends on how many visitors
 * are there at once and on how many customers there are (20 bytes each), never on events.
 * Everything that is true of a person, product or order is drawn from a hash of its number; only
 * integers decide, so the bytes are the same on every machine. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

enum {
	DAY = 86400,
	HISTORY_DAYS = 400,
	WHEEL = 65536, /* seconds; no gap is longer */
	ROW_MAX = 8192,
	TAIL_MAX = 896,
	MAX_COLUMNS = 24,
	MAX_LINES = 3,
	N_BOTS = 40,
	N_RESEND = 64,
	N_STREAMS = 10,
};
#define NOBODY UINT32_MAX
#define NOTHING UINT32_MAX

/* ---- numbers that are the same everywhere ---------------------------------------------- */

struct rng {
	uint64_t state;
};

/* What a hash is drawn for, so that no two draws share a sequence. */
enum purpose {
	P_PERSON = 1,
	P_CUSTOMER,
	P_HISTORY,
	P_VISITOR,
	P_PRODUCT,
	P_ORDER,
	P_SURVEY,
	P_RATE,
	P_SPEND,
	P_EMAIL,
	P_SESSION,
	P_NOISE
};

static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t
draw(struct rng *r)
{
	return mix(r->state += 0x9e3779b97f4a7c15u);
}

/* Uniform in 0 … n − 1. */
static uint32_t
below(struct rng *r, uint32_t n)
{
	return (uint32_t)((draw(r) >> 32) * n >> 32);
}

/* True n times in 10 000. */
static bool
chance(struct rng *r, uint32_t n)
{
	return below(r, 10000) < n;
}

static struct rng
rng_for(uint64_t seed, enum purpose purpose, uint64_t number)
{
	return (struct rng){mix(mix(seed + (uint64_t)purpose * 0x632be59bd9b4e019u) + number)};
}

/* One to one on 32 bits: ids that look random and never meet. */
static uint32_t
scramble(uint32_t x)
{
	x = (x ^ x >> 16) * 0x7feb352du;
	x = (x ^ x >> 15) * 0x846ca68bu;
	return x ^ x >> 16;
}

/* Rank in 0 … n − 1 with weight 1 ÷ (rank + q) (Zipf–Mandelbrot): an octave of the weights is about
 * as likely as any other; inside one, rejection makes it exact. */
static uint32_t
zipf(struct rng *r, uint32_t n, uint32_t q)
{
	uint32_t low = 31u - (uint32_t)__builtin_clz(q),
		 high = 31u - (uint32_t)__builtin_clz(q + n - 1);

	for (;;) {
		uint32_t octave = 1u << (low + below(r, high - low + 1));
		uint32_t j = octave + below(r, octave);

		if (j >= q && j < q + n && below(r, j) < octave)
			return j - q;
	}
}

/* ---- days and times -------------------------------------------------------------------- */

/* Days since 1970-01-01 of a civil date, and back (Hinnant, "chrono-compatible low-level date
 * algorithms"). */
static int64_t
days_from_civil(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void
civil_from_days(int64_t z, int *y, int *m, int *d)
{
	int64_t era, doe, yoe, doy, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static void
two_digits(char *p, int64_t n)
{
	p[0] = (char)('0' + n / 10 % 10);
	p[1] = (char)('0' + n % 10);
}

/* Writes 2026-11-22 (10 bytes, no NUL). */
static void
day_text(char *p, int64_t day)
{
	int y, m, d;

	civil_from_days(day, &y, &m, &d);
	two_digits(p, y / 100);
	two_digits(p + 2, y % 100);
	p[4] = p[7] = '-';
	two_digits(p + 5, m);
	two_digits(p + 8, d);
}

/* Writes 2026-11-22T08:00:00Z or, with hours to the east, …+08:00 (no NUL). Returns the length. */
static size_t
time_text(char *p, int64_t t, int hours)
{
	int64_t local = t + hours * 3600, day = floor_div(local, DAY), second = local - day * DAY;

	day_text(p, day);
	p[10] = 'T';
	two_digits(p + 11, second / 3600);
	two_digits(p + 14, second / 60 % 60);
	two_digits(p + 17, second % 60);
	p[13] = p[16] = ':';
	if (hours == 0) {
		p[19] = 'Z';
		return 20;
	}
	p[19] = '+';
	two_digits(p + 20, hours);
	memcpy(p + 22, ":00", 3);
	return 25;
}

/* ---- what the program is told, and what it knows ---------------------------------------- */

enum format { CSV, TSV, NDJSON };
enum stream_id {
	EVENTS,
	ORDERS,
	ORDER_ITEMS,
	REFUNDS,
	PRODUCTS,
	CUSTOMERS,
	SURVEYS,
	RATES,
	SPEND,
	CALENDAR
};

/* Columns as schemas/records has them; # marks numbers. */
static const struct {
	const char *name, *columns;
} catalogue[N_STREAMS] = {
	{"events",
		"event_id ts visitor_id customer_id event page product_id category price# "
		"quantity# "
		"currency source medium campaign referrer platform os browser user_agent language "
		"country region city"},
	{"orders",
		"order_id updated_at created_at paid_at customer_id visitor_id status amount# "
		"shipping# "
		"currency discount# coupon payment_method platform source country region items#"},
	{"order_items", "order_id product_id category brand quantity# price#"},
	{"refunds", "refund_id order_id refunded_at amount# currency"},
	{"products", "product_id title category brand tags price# launched_at"},
	{"customers",
		"customer_id updated_at gender birth_date country region city language occupation "
		"income education signup_at email phone email_status sms_status account_status "
		"member_tier joined_at source tags"},
	{"surveys", "respondent_id customer_id visitor_id answered_at question answer"},
	{"rates", "day currency rate#"},
	{"spend", "day source campaign country impressions# clicks# cost# currency"},
	{"calendar", "first_day last_day campaign"},
};

struct column {
	char name[24], key[28]; /* key: "name": as JSON writes it */
	size_t name_n, key_n;
	bool number;
};

struct stream {
	struct column column[MAX_COLUMNS];
	int columns;
};

/* A record in the making. Every field that the store writes is short: ROW_MAX is never reached. */
struct row {
	const struct stream *st;
	enum format format;
	bool plain;
	int column;
	size_t n;
	char buf[ROW_MAX];
};

/* Bytes on their way to a file. */
struct sink {
	char *buf;
	size_t n, cap;
	uint64_t lines;
	bool made;
};

struct product {
	char id[8], page[12];
	uint8_t category;
	uint32_t cents;
	uint32_t minor[N_CURRENCIES];
	int64_t launched;
};

enum consent { SUBSCRIBED, NOT_SUBSCRIBED, PENDING, UNSUBSCRIBED, INVALID };

/* What changes about a customer. Times are seconds since store.epoch; 0 is never. */
struct customer {
	uint32_t signup, updated, last_order;
	uint16_t orders;
	uint8_t consent, tier;
};

struct line {
	uint32_t product, quantity;
};

struct session {
	uint32_t link, visitor, customer, product;
	const struct device *device;
	struct line line[MAX_LINES];
	int lines, country, city, channel, late_days;
	int64_t day;  /* on which it started */
	int category; /* of interest; -1: none */
	uint8_t stage;
	bool started, logged, logs_in, bot, buying, no_country, no_language, no_platform,
		empty_campaign;
	uint16_t tail_n;
	char tail[TAIL_MAX]; /* the encoded columns from source on, the same in every event */
};

struct options {
	const char *out, *flat, *tz, *from, *stream;
	enum format format;
	bool plain, agents;
	uint32_t days;
	uint64_t events, seed, orders, customers, spoil;
};

struct store {
	struct options o;
	struct stream streams[N_STREAMS];
	bool want[N_STREAMS], want_orders; /* want_orders: something that is drawn with them */
	struct row row;
	struct sink *inbox; /* N_STREAMS a day */
	struct sink flat, spoiled;
	int flat_fd;
	char (*resend)[ROW_MAX]; /* flat: rows to be delivered once more */
	size_t resend_n[N_RESEND];

	int64_t *midnight; /* days + 1 instants */
	int64_t start, end, epoch, first_day;
	char now_text[32];
	int64_t now_day; /* the midnight UTC that now_text has */
	struct rng rng, noise;

	struct product *products;
	uint32_t n_products, n_customers, n_guests;
	struct customer *customers;
	int city_first[N_COUNTRIES + 1];
	uint64_t n_events, n_orders, n_refunds, n_respondents, n_spoiled;

	struct session *sessions;
	uint32_t n_sessions, cap_sessions, free_sessions;
	uint32_t wheel[WHEEL];
	uint64_t started, acted; /* sessions, and the events they made */
	uint32_t clicks[N_CHANNELS][N_COUNTRIES];
	uint32_t email_next, email_step, email_permille;
	int64_t email_day; /* of the mailing that is going out, or -1 */
};

static void __attribute__((noreturn, format(printf, 2, 3))) die(int code, const char *fmt, ...)
{
	va_list ap;

	fputs("store: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(code);
}

static void *
grow(void *p, size_t count, size_t size)
{
	p = reallocarray(p, count, size);
	if (p == NULL)
		die(3, "out of memory");
	return p;
}

static struct rng
rng_of(const struct store *s, enum purpose purpose, uint64_t number)
{
	return rng_for(s->o.seed, purpose, number);
}

/* ---- writing a record ------------------------------------------------------------------ */

static void
raw(struct row *r, const char *p, size_t n)
{
	memcpy(r->buf + r->n, p, n);
	r->n += n;
}

static void
row_open(struct store *s, enum stream_id id)
{
	s->row.st = &s->streams[id];
	s->row.column = 0;
	s->row.n = 0;
	if (s->row.format == NDJSON)
		s->row.buf[s->row.n++] = '{';
}

static void
row_close(struct row *r)
{
	if (r->format == NDJSON)
		r->buf[r->n++] = '}';
	r->buf[r->n++] = '\n';
}

/* The separator before a field that has a value. */
static void
next_field(struct row *r)
{
	const struct column *c = &r->st->column[r->column];

	if (r->format == NDJSON) {
		if (r->buf[r->n - 1] != '{')
			r->buf[r->n++] = ',';
		raw(r, c->key, c->key_n);
	} else if (r->column > 0) {
		r->buf[r->n++] = r->format == CSV ? ',' : '\t';
	}
	r->column++;
}

static void
put_missing(struct row *r)
{
	if (r->format == NDJSON) {
		r->column++;
		return;
	}
	next_field(r);
	if (r->format == TSV)
		raw(r, "\\N", 2);
}

/* A field of bytes that no encoding needs to escape. */
static void
put(struct row *r, const char *p, size_t n)
{
	bool quoted = r->format == NDJSON && !r->st->column[r->column].number;

	next_field(r);
	if (quoted)
		r->buf[r->n++] = '"';
	raw(r, p, n);
	if (quoted)
		r->buf[r->n++] = '"';
}

/* The same for constants; NULL is missing. */
static void
put_word(struct row *r, const char *word)
{
	if (word == NULL)
		put_missing(r);
	else
		put(r, word, strlen(word));
}

static void
put_escaped(struct row *r, const char *p)
{
	for (; *p != '\0'; p++) {
		if (*p == '\n' || (*p == '\t' && r->format != CSV)) {
			if (r->format != CSV)
				r->buf[r->n++] = '\\';
			r->buf[r->n++] = r->format == CSV ? *p : *p == '\n' ? 'n' : 't';
			continue;
		}
		if (*p == '"' && r->format != TSV)
			r->buf[r->n++] = r->format == CSV ? '"' : '\\';
		if (*p == '\\' && r->format != CSV)
			r->buf[r->n++] = '\\';
		r->buf[r->n++] = *p;
	}
}

/* A field of any text; NULL is missing, "" is the empty string. */
static void
put_text(struct row *r, const char *p)
{
	char tame[512];
	bool quoted;

	if (p == NULL) {
		put_missing(r);
		return;
	}
	if (r->plain) {
		snprintf(tame, sizeof(tame), "%s", p);
		for (char *q = tame; (q = strpbrk(q, ",\"\n")) != NULL;)
			*q = '.';
		p = tame;
	}
	next_field(r);
	quoted = r->format == NDJSON ||
		 (r->format == CSV && (*p == '\0' || strpbrk(p, ",\"\n") != NULL));
	if (quoted)
		r->buf[r->n++] = '"';
	put_escaped(r, p);
	if (quoted)
		r->buf[r->n++] = '"';
}

static void __attribute__((format(printf, 2, 3))) put_format(struct row *r, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_text(r, text);
}

static void
put_unsigned(struct row *r, uint64_t n)
{
	char text[24], *p = text + sizeof(text);

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	put(r, p, (size_t)(text + sizeof(text) - p));
}

/* A decimal given in units of its last digit. */
static void
put_decimal(struct row *r, uint64_t minor, int digits)
{
	char text[32], *p = text + sizeof(text);

	for (int i = 0; minor > 0 || i <= digits; i++, minor /= 10) {
		if (i == digits && digits > 0)
			*--p = '.';
		*--p = (char)('0' + minor % 10);
	}
	put(r, p, (size_t)(text + sizeof(text) - p));
}

static void
put_time(struct row *r, int64_t t, int hours)
{
	char text[32];

	put(r, text, time_text(text, t, hours));
}

static void
put_day(struct row *r, int64_t day)
{
	char text[10];

	day_text(text, day);
	put(r, text, sizeof(text));
}

static void
put_hex(struct row *r, char letter, uint64_t n, int digits)
{
	char text[20];

	text[0] = letter;
	for (int i = digits; i > 0; i--, n >>= 4)
		text[i] = "0123456789abcdef"[n & 15];
	put(r, letter == '\0' ? text + 1 : text, (size_t)digits + (letter != '\0'));
}

static void
put_visitor(const struct store *s, struct row *r, uint32_t visitor)
{
	if (visitor == NOBODY)
		put_missing(r);
	else
		put_hex(r, 'v', scramble(visitor ^ (uint32_t)s->o.seed ^ 0x5bd1e995), 8);
}

/* Numbers of seven and eight digits, spread by a multiplier modulo a prime: none comes twice. */
static void
put_number(struct row *r, char letter, uint64_t n, uint64_t prime)
{
	char text[12];
	int digits = prime > 10000000 ? 8 : 7;

	n = (n + 7) * 4847873 % prime;
	text[0] = letter;
	for (int i = digits; i > 0; i--, n /= 10)
		text[i] = (char)('0' + n % 10);
	put(r, text, (size_t)digits + 1);
}

static void
put_customer(struct row *r, uint32_t customer)
{
	if (customer == NOBODY)
		put_missing(r);
	else
		put_number(r, 'c', customer, 9999991);
}

static void
put_order(struct row *r, uint64_t order)
{
	put_number(r, 'o', order, 99999989);
}

/* ---- delivering records ---------------------------------------------------------------- */

static bool
wanted(const struct store *s, enum stream_id id)
{
	return s->want[id];
}

static void
write_all(int fd, const char *p, size_t n, const char *name)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			die(3, "%s: %s", name, strerror(errno));
		p += done;
		n -= (size_t)done;
	}
}

static void
sink_add(struct sink *k, const char *p, size_t n)
{
	if (n > k->cap - k->n) {
		k->cap = (k->cap + n) * 2 + 4096;
		k->buf = grow(k->buf, k->cap, 1);
	}
	memcpy(k->buf + k->n, p, n);
	k->n += n;
}

static void
make_directory(const char *path)
{
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		die(3, "%s: %s", path, strerror(errno));
}

/* Empties a sink into DIR/DAY/STREAM.FORMAT. */
static void
sink_flush(struct store *s, size_t index)
{
	static const char *const suffix[] = {"csv", "tsv", "ndjson"};
	struct sink *k = &s->inbox[index];
	char path[4096], day[11] = "";
	int fd, n;

	day_text(day, s->first_day + (int64_t)(index / N_STREAMS));
	n = snprintf(path, sizeof(path) - 64, "%s/%s", s->o.out, day);
	if (n < 0 || (size_t)n >= sizeof(path) - 64)
		die(2, "--out: the name is too long");
	if (!k->made)
		make_directory(path);
	snprintf(path + n, 64, "/%s.%s", catalogue[index % N_STREAMS].name, suffix[s->o.format]);
	fd = open(path, O_WRONLY | O_CREAT | (k->made ? O_APPEND : O_TRUNC), 0666);
	if (fd < 0)
		die(3, "%s: %s", path, strerror(errno));
	write_all(fd, k->buf, k->n, path);
	if (close(fd) != 0)
		die(3, "%s: %s", path, strerror(errno));
	k->made = true;
	k->n = 0;
}

static void
flat_flush(struct store *s)
{
	write_all(s->flat_fd, s->flat.buf, s->flat.n, s->o.flat);
	s->flat.n = 0;
}

static void
header(const struct store *s, enum stream_id id, struct sink *k)
{
	const struct stream *st = &s->streams[id];

	if (s->o.format == NDJSON)
		return;
	for (int i = 0; i < st->columns; i++) {
		if (i > 0)
			sink_add(k, s->o.format == CSV ? "," : "\t", 1);
		sink_add(k, st->column[i].name, st->column[i].name_n);
	}
	sink_add(k, "\n", 1);
	k->lines++;
}

/* The local day of an instant as an index into the inbox; earlier days are day 0, later ones -1. */
static int64_t
arrival(const struct store *s, int64_t t)
{
	int64_t i = floor_div(t - s->start, DAY);

	if (i < 0)
		return 0;
	if (t >= s->end)
		return -1;
	if (i >= s->o.days)
		i = s->o.days - 1;
	while (t < s->midnight[i])
		i--;
	while (t >= s->midnight[i + 1])
		i++;
	return i;
}

static void
deliver_bytes(struct store *s, enum stream_id id, int64_t day, const char *p, size_t n)
{
	size_t index = (size_t)day * N_STREAMS + (size_t)id;
	struct sink *k = s->o.flat != NULL ? &s->flat : &s->inbox[index];

	if (k->lines == 0)
		header(s, id, k);
	sink_add(k, p, n);
	for (const char *q = p;
		s->o.spoil > 0 && (q = memchr(q, '\n', (size_t)(p + n - q))) != NULL; q++)
		k->lines++;
	k->lines += s->o.spoil == 0;
	if (s->o.flat != NULL && k->n >= 1 << 20)
		flat_flush(s);
	else if (s->o.flat == NULL && k->n >= 1 << 16)
		sink_flush(s, index);
}

/* Puts the record into the inbox of the local day of t, or into the flat file. What is later than
 * the window is not in yet. */
static void
deliver(struct store *s, enum stream_id id, int64_t t)
{
	int64_t day = arrival(s, t);

	row_close(&s->row);
	if (day >= 0)
		deliver_bytes(s, id, day, s->row.buf, s->row.n);
}

/* ---- people ---------------------------------------------------------------------------- */

static int
pick_country(struct rng *r)
{
	uint32_t n = below(r, 1000);
	int i = 0;

	while (i < N_COUNTRIES - 1 && n >= countries[i].weight)
		n -= countries[i++].weight;
	return i;
}

static int
pick_city(const struct store *s, struct rng *r, int country)
{
	int first = s->city_first[country], last = s->city_first[country + 1] - 1;
	uint32_t total = 0, n;

	for (int i = first; i <= last; i++)
		total += cities[i].weight;
	n = below(r, total);
	while (first < last && n >= cities[first].weight)
		n -= cities[first++].weight;
	return first;
}

/* Where a customer lives, or a visitor that is nobody's (numbered behind the customers). */
static void
home_of(const struct store *s, uint32_t person, int *country, int *city)
{
	struct rng r = rng_of(s, P_PERSON, person);

	*country = pick_country(&r);
	*city = pick_city(s, &r, *country);
}

/* Visitors 3c, 3c + 1 and 3c + 2 are the phone, the laptop and the app of customer c. */
static uint32_t
owner_of(const struct store *s, uint32_t visitor)
{
	return visitor < 3 * s->n_customers ? visitor / 3 : NOBODY;
}

static uint32_t
person_of(const struct store *s, uint32_t visitor)
{
	uint32_t owner = owner_of(s, visitor);

	return owner != NOBODY ? owner : visitor - 2 * s->n_customers;
}

static const struct device *
pick_device(struct rng *r, const struct device *list, unsigned count, bool china)
{
	uint32_t total = 0, n;

	for (unsigned i = 0; i < count; i++)
		total += china ? list[i].in_china : list[i].abroad;
	n = below(r, total);
	for (unsigned i = 0; i < count; i++) {
		uint32_t weight = china ? list[i].in_china : list[i].abroad;

		if (n < weight)
			return &list[i];
		n -= weight;
	}
	return list;
}

static const struct device *
device_of(const struct store *s, uint32_t visitor, bool china)
{
	struct rng r = rng_of(s, P_VISITOR, visitor);
	uint32_t kind = below(&r, 100);

	if (owner_of(s, visitor) != NOBODY)
		kind = (uint32_t[]){0, 60, 95}[visitor % 3];
	if (kind < 60)
		return pick_device(&r, phones, COUNT(phones), china);
	if (kind < 95)
		return pick_device(&r, laptops, COUNT(laptops), china);
	return pick_device(&r, apps, COUNT(apps), china);
}

static int
pick_channel(struct rng *r, bool china)
{
	uint32_t total = 0, n;

	for (int i = 0; i < N_CHANNELS; i++)
		total += china ? channels[i].in_china : channels[i].abroad;
	n = below(r, total);
	for (int i = 0; i < N_CHANNELS; i++) {
		uint32_t weight = china ? channels[i].in_china : channels[i].abroad;

		if (n < weight)
			return i;
		n -= weight;
	}
	return 0;
}

/* The channel by which a visitor was won. */
static int
first_channel(const struct store *s, uint32_t visitor, bool china)
{
	struct rng r = rng_of(s, P_VISITOR, (uint64_t)visitor + (UINT64_C(1) << 40));

	return pick_channel(&r, china);
}

static const char *
season(int64_t day)
{
	int y, m, d, at;

	civil_from_days(day, &y, &m, &d);
	at = m * 100 + d;
	if (at < 915)
		return "summer_sale";
	if (at < 1020)
		return "autumn_sale";
	if (at <= 1111)
		return "double11";
	return at <= 1202 ? "bfcm" : at <= 1212 ? "double12" : "christmas";
}

/* The campaign of a channel on a day, in buf or constant; NULL: none. */
static const char *
campaign_of(int channel, int64_t day, char *buf, size_t size)
{
	const struct channel *c = &channels[channel];

	if (c->kind != SEASONAL)
		return c->campaign;
	if (channel == EMAIL_CHANNEL && day % 7 == 1)
		return day % 2 == 0 ? "Weekly letter, \"new in\"" : "Weekly letter\nlast chance";
	snprintf(buf, size, "%s%s", season(day), c->campaign);
	return buf;
}

/* ---- products -------------------------------------------------------------------------- */

static void
product_make(struct store *s, uint32_t i)
{
	struct rng r = rng_of(s, P_PRODUCT, i);
	struct product *p = &s->products[i];
	uint32_t n = below(&r, 1000), age = below(&r, 100), u = below(&r, 1000);
	const struct category *c;
	int64_t before;

	for (p->category = 0;
		p->category < N_CATEGORIES - 1 && n >= categories[p->category].weight;)
		n -= categories[p->category++].weight;
	c = &categories[p->category];
	p->cents =
		(c->low + (uint32_t)((uint64_t)(c->high - c->low) * u * u / 1000000)) / 100 * 100 +
		90;
	for (int k = 0; k < N_CURRENCIES; k++) {
		const struct currency *money = &currencies[k];
		uint64_t minor = (uint64_t)p->cents * 1000000 / money->micros;

		minor = money->digits == 0 ? minor / 1000 * 10 : minor / 100 * 100 + 90;
		p->minor[k] = minor < 10 ? 10 : (uint32_t)minor;
	}
	before = s->start - (int64_t)(HISTORY_DAYS + 5 + below(&r, 900)) * DAY;
	if (i >= 20 && age >= 90)
		before = s->start - (int64_t)below(&r, HISTORY_DAYS) * DAY;
	if (i >= 20 && age >= 96)
		before = s->start + (int64_t)below(&r, s->o.days) * DAY;
	p->launched = before + below(&r, 12) * 3600;
	snprintf(p->id, sizeof(p->id), "p%05u", i % 100000);
	snprintf(p->page, sizeof(p->page), "/p/p%05u", i % 100000);
}

/* A product that is on sale at t, popular ones first; of a category if it can be had (-1: any). */
static uint32_t
pick_product(const struct store *s, struct rng *r, int category, int64_t t)
{
	for (int i = 0; i < 24; i++) {
		uint32_t p = zipf(r, s->n_products, 6);

		if (s->products[p].launched <= t &&
			(category < 0 || i > 15 || s->products[p].category == category))
			return p;
	}
	return below(r, 20);
}

static const char *
brand_of(const struct store *s, uint32_t product)
{
	return brands[mix(product + s->o.seed * 31) % COUNT(brands)];
}

static void
products_write(struct store *s)
{
	static const char *const tags[] = {
		NULL, "[\"new\"]", "[\"bestseller\"]", "[\"gift\",\"eco\"]", NULL};

	for (uint32_t i = 0; wanted(s, PRODUCTS) && i < s->n_products; i++) {
		const struct product *p = &s->products[i];
		const struct category *c = &categories[p->category];
		struct rng r = rng_of(s, P_PRODUCT, i + (UINT64_C(1) << 40));
		const char *noun = c->nouns[below(&r, 4)],
			   *adjective = adjectives[below(&r, COUNT(adjectives))];
		uint32_t style = below(&r, 100);

		row_open(s, PRODUCTS);
		put_word(&s->row, p->id);
		if (style < 18)
			put_format(&s->row, "%s %s", brand_of(s, i), c->nouns_cn[below(&r, 2)]);
		else if (style < 21)
			put_format(&s->row, "%s %s,\nset of %u", adjective, noun, 2 + below(&r, 5));
		else if (style < 26)
			put_format(&s->row, "%s \"%s\" %s", brand_of(s, i), adjective, noun);
		else if (style < 98)
			put_format(&s->row, "%s %s %s", brand_of(s, i), adjective, noun);
		else
			put_missing(&s->row);
		put_text(&s->row, c->name);
		put_text(&s->row, brand_of(s, i));
		put_text(&s->row, tags[below(&r, COUNT(tags))]);
		put_decimal(&s->row, p->cents, 2);
		put_time(&s->row, p->launched, 0);
		deliver(s, PRODUCTS, p->launched);
	}
}

/* ---- customers ------------------------------------------------------------------------- */

static const char *
pick_answer(struct rng *r, const struct answer *list)
{
	uint32_t n = below(r, 100);

	while (list[1].text != NULL && n >= list->percent)
		n -= list++->percent;
	return list->text;
}

/* What a customer tells about himself in his account and in surveys alike. */
struct profile {
	const char *gender, *occupation, *income, *education, *family;
	int64_t birth; /* day */
	bool told;     /* to the store too, not only in a survey */
};

static struct profile
profile_of(const struct store *s, uint32_t customer)
{
	struct rng r = rng_of(s, P_CUSTOMER, customer);
	uint32_t gender = below(&r, 100), band = below(&r, 100);
	uint32_t age = band < 16   ? 17 + below(&r, 9)
		       : band < 56 ? 26 + below(&r, 10)
		       : band < 84 ? 36 + below(&r, 10)
				   : 46 + below(&r, 30);
	struct profile p = {.gender = gender < 46   ? "f"
				      : gender < 84 ? "m"
				      : gender < 86 ? "other"
						    : NULL};

	p.occupation = pick_answer(&r, occupations);
	p.income = pick_answer(&r, incomes);
	p.education = pick_answer(&r, educations);
	p.family = pick_answer(&r, families);
	p.birth = s->first_day - (int64_t)age * 365 - age / 4 - below(&r, 365);
	if (chance(&r, 40))
		p.birth = days_from_civil(1992, 2, 29);
	p.told = chance(&r, 3800);
	return p;
}

/* What a customer mostly buys: by children, gender and age, and by taste. */
static int
favourite_of(const struct store *s, uint32_t customer)
{
	static const uint8_t women[] = {2, 1, 2, 1, 5}, men[] = {6, 3, 4, 6, 1};
	uint32_t n = (uint32_t)(mix(customer + s->o.seed * 13) % 100);
	struct profile p = profile_of(s, customer);

	if (n < 70 && p.family[0] == 'c' && p.family[1] == 'h')
		return p.family[9] == '0' ? 0 : p.family[9] == '4' ? 7 : 1;
	if (n < 90 && p.gender != NULL && p.gender[0] != 'o')
		return p.gender[0] == 'f' ? women[n % COUNT(women)] : men[n % COUNT(men)];
	return (int)(n % (N_CATEGORIES - 1));
}

static uint32_t
stamp(const struct store *s, int64_t t)
{
	return (uint32_t)(t - s->epoch);
}

static void
put_contacts(struct store *s, uint32_t c, struct rng *r, const struct customer *who, int country)
{
	static const char *const hosts[] = {
		"example.com", "example.org", "example.net", "mail.example"};
	static const char *const words[] = {
		"SUBSCRIBED", "NOT_SUBSCRIBED", "PENDING", "UNSUBSCRIBED", "INVALID"};
	static const char *const accounts[] = {"disabled", "invited", "declined", "guest"};
	static const char *const tiers[] = {NULL, "silver", "gold", "platinum"};
	uint32_t style = below(r, 100), sms = below(r, 100), account = below(r, 100);
	bool member = who->tier > 0 && chance(r, 8500);

	if (style < 92)
		put_format(&s->row, "%s%u@%s", style < 5 ? "Customer." : "customer.", c + 1000,
			hosts[style % 4]);
	else
		put_missing(&s->row);
	if (chance(r, 7000))
		put_format(&s->row, "%s%s%07u", countries[country].dial,
			style % 10 == 0 ? " 555-" : "555", scramble(c) % 10000000);
	else
		put_missing(&s->row);
	put_word(&s->row, words[who->consent]);
	put_word(&s->row, sms < 30   ? "SUBSCRIBED"
			  : sms < 40 ? "UNSUBSCRIBED"
			  : sms < 90 ? "NOT_SUBSCRIBED"
				     : NULL);
	put_word(&s->row, account < 94 ? "registered" : accounts[account % 4]);
	put_word(&s->row, member ? tiers[who->tier] : NULL);
	if (member)
		put_time(&s->row, s->epoch + who->signup + below(r, DAY), 0);
	else
		put_missing(&s->row);
}

/* The account as it is now. */
static void
customer_write(struct store *s, uint32_t c)
{
	static const char *const tags[] = {
		"[\"wholesale\"]", "[\"vip\",\"livestream\"]", "[\"influencer\"]"};
	const struct customer *who = &s->customers[c];
	struct profile p = profile_of(s, c);
	struct rng r = rng_of(s, P_CUSTOMER, c + (UINT64_C(1) << 40));
	uint32_t hidden = below(&r, 100), tag = below(&r, 60);
	int country, city;

	home_of(s, c, &country, &city);
	row_open(s, CUSTOMERS);
	put_customer(&s->row, c);
	put_time(&s->row, s->epoch + who->updated, 0);
	put_word(&s->row, p.gender);
	if (hidden < 25)
		put_missing(&s->row);
	else
		put_day(&s->row, p.birth);
	put_word(&s->row, hidden == 99 ? NULL : countries[country].code);
	put_word(&s->row, hidden >= 97 ? NULL : cities[city].region);
	put_text(&s->row, hidden >= 97 ? (hidden == 97 ? "" : NULL) : cities[city].name);
	put_word(&s->row, chance(&r, 9600) ? countries[country].language : NULL);
	put_word(&s->row, p.told ? p.occupation : NULL);
	put_word(&s->row, p.told ? p.income : NULL);
	put_word(&s->row, p.told ? p.education : NULL);
	put_time(&s->row, s->epoch + who->signup, 0);
	put_contacts(s, c, &r, who, country);
	put_word(&s->row, channels[first_channel(s, 3 * c, country == CN)].source);
	put_text(&s->row, tag < COUNT(tags) ? tags[tag] : NULL);
	deliver(s, CUSTOMERS, s->epoch + who->updated);
}

static void
customer_changed(struct store *s, uint32_t c, int64_t t)
{
	s->customers[c].updated = stamp(s, t);
	if (s->o.flat == NULL && wanted(s, CUSTOMERS))
		customer_write(s, c);
}

/* ---- surveys --------------------------------------------------------------------------- */

struct survey {
	uint32_t customer, visitor;
	int64_t at;
	struct rng rng;
	uint64_t respondent;
};

static void
answer_write(struct store *s, const struct survey *v, const char *question, const char *answer)
{
	row_open(s, SURVEYS);
	put_number(&s->row, 'r', v->respondent, 99999989);
	put_customer(&s->row, v->customer);
	put_visitor(s, &s->row, v->visitor);
	put_time(&s->row, v->at, 0);
	put_word(&s->row, question);
	put_text(&s->row, answer);
	deliver(s, SURVEYS, v->at);
}

static void
ask_one(struct store *s, struct survey *v, const char *question, const struct answer *list)
{
	answer_write(s, v, question, pick_answer(&v->rng, list));
}

static void
ask_many(struct store *s, struct survey *v, const char *question, const struct answer *list)
{
	for (; list->text != NULL; list++)
		if (below(&v->rng, 100) < list->percent)
			answer_write(s, v, question, list->text);
}

/* One questionnaire: buyers are asked how it was, others what kept them from buying. */
static void
survey_write(struct store *s, uint32_t customer, uint32_t visitor, int64_t at, bool bought)
{
	struct survey v = {customer, visitor, at, {0}, 0};

	v.respondent = s->n_respondents++;
	v.rng = rng_of(s, P_SURVEY, v.respondent);
	if (!wanted(s, SURVEYS))
		return;
	if (bought) {
		ask_one(s, &v, "satisfaction", satisfactions);
		ask_one(s, &v, "nps", scores);
		ask_many(s, &v, "improvement", improvements);
		if (chance(&v.rng, 1500))
			answer_write(s, &v, "comment", comments[below(&v.rng, COUNT(comments))]);
	} else {
		ask_many(s, &v, "purchase_barrier", barriers);
	}
	ask_many(s, &v, "info_channel", info_channels);
	ask_many(s, &v, "purchase_driver", drivers);
	if (customer != NOBODY) {
		struct profile p = profile_of(s, customer);

		if (p.gender != NULL)
			answer_write(s, &v, "gender", p.gender);
		answer_write(s, &v, "occupation", p.occupation);
		answer_write(s, &v, "income", p.income);
		answer_write(s, &v, "education", p.education);
		answer_write(s, &v, "family", p.family);
	} else {
		ask_one(s, &v, "occupation", occupations);
		ask_one(s, &v, "income", incomes);
		ask_one(s, &v, "family", families);
	}
}

/* ---- orders ---------------------------------------------------------------------------- */

struct order {
	uint64_t number;
	int64_t created;
	uint32_t customer, visitor;
	int country, city, lines;
	struct line line[MAX_LINES];
	const char *platform, *source;
};

/* What the buyer pays, in minor units of the country's currency. */
struct bill {
	uint64_t amount, shipping, discount;
	uint32_t items;
	const char *coupon, *payment;
	int hours; /* offset in which its times are written */
};

struct version {
	int64_t at, paid;
	const char *status;
};

static bool
on_campaign(int64_t t)
{
	int y, m, d;

	civil_from_days(floor_div(t + 8 * 3600, DAY), &y, &m, &d);
	return (m == 11 && d >= 1 && d <= 11) || (m == 11 && d >= 26) ||
	       (m == 12 && d >= 10 && d <= 12);
}

static const char *
pick_payment(struct rng *r, int country)
{
	uint32_t n = below(r, 100);

	if (chance(r, countries[country].cod * 10))
		return "cash_on_delivery";
	if (country == CN)
		return n < 52   ? "alipay"
		       : n < 76 ? "wechat_pay"
		       : n < 94 ? "credit_card"
				: "union_pay";
	if (country == HK && n < 30)
		return "alipay";
	return n < 52   ? "credit_card"
	       : n < 78 ? "paypal"
	       : n < 90 ? "apple_pay"
	       : n < 96 ? "klarna"
			: "alipay";
}

static struct bill
bill_of(const struct store *s, const struct order *o, struct rng *r)
{
	static const uint32_t percents[] = {5, 10, 10, 15, 20, 30};
	static const char *const coupons[] = {
		"HELLO5", "SAVE10", "LETTER10", "VIP15", "SAVE20", "LAST30"};
	const struct currency *money = &currencies[countries[o->country].currency];
	bool keen = o->customer != NOBODY && mix(o->customer + s->o.seed * 7) % 10 < 3;
	uint32_t kind = below(r, COUNT(percents));
	uint64_t goods = 0, unit = money->digits == 0 ? 1 : 100;
	struct bill b = {0};

	for (int i = 0; i < o->lines; i++) {
		goods += (uint64_t)s->products[o->line[i].product]
				 .minor[countries[o->country].currency] *
			 o->line[i].quantity;
		b.items += o->line[i].quantity;
	}
	if (chance(r, on_campaign(o->created) ? 7000 : keen ? 6500 : 1500)) {
		b.discount = goods * percents[kind] / 1000 * 10;
		b.coupon = on_campaign(o->created) && chance(r, 5000) ? "DOUBLE11" : coupons[kind];
		if (chance(r, 1000))
			b.coupon = NULL;
	}
	if ((goods - b.discount) * money->micros / unit < 80 * UINT64_C(1000000))
		b.shipping = 6 * UINT64_C(1000000) / money->micros * unit + (unit - 1) / 2;
	b.amount = goods - b.discount + b.shipping;
	b.payment = pick_payment(r, o->country);
	b.hours = (o->country == CN || o->country == HK) && chance(r, 3000) ? 8 : 0;
	return b;
}

static void
order_write(struct store *s, const struct order *o, const struct bill *b, const struct version *v)
{
	const struct currency *money = &currencies[countries[o->country].currency];
	struct row *r = &s->row;

	if (!wanted(s, ORDERS))
		return;
	row_open(s, ORDERS);
	put_order(r, o->number);
	put_time(r, v->at, b->hours);
	put_time(r, o->created, b->hours);
	if (v->paid != 0)
		put_time(r, v->paid, b->hours);
	else
		put_missing(r);
	put_customer(r, o->customer);
	put_visitor(s, r, o->visitor);
	put_word(r, v->status);
	put_decimal(r, b->amount, money->digits);
	put_decimal(r, b->shipping, money->digits);
	put_word(r, money->code);
	put_decimal(r, b->discount, money->digits);
	put_word(r, b->coupon);
	put_word(r, b->payment);
	put_word(r, o->platform);
	put_word(r, o->source);
	put_word(r, countries[o->country].code);
	put_word(r, cities[o->city].region);
	put_unsigned(r, b->items);
	deliver(s, ORDERS, v->at);
}

static void
items_write(struct store *s, const struct order *o)
{
	int currency = countries[o->country].currency;

	for (int i = 0; wanted(s, ORDER_ITEMS) && i < o->lines; i++) {
		const struct product *p = &s->products[o->line[i].product];

		row_open(s, ORDER_ITEMS);
		put_order(&s->row, o->number);
		put_word(&s->row, p->id);
		put_text(&s->row, categories[p->category].name);
		put_text(&s->row, brand_of(s, o->line[i].product));
		put_unsigned(&s->row, o->line[i].quantity);
		put_decimal(&s->row, p->minor[currency], currencies[currency].digits);
		deliver(s, ORDER_ITEMS, o->created);
	}
}

static void
refund_write(struct store *s, const struct order *o, uint64_t amount, int64_t t)
{
	const struct currency *money = &currencies[countries[o->country].currency];

	if (t >= s->end)
		return;
	s->n_refunds++;
	if (!wanted(s, REFUNDS))
		return;
	row_open(s, REFUNDS);
	put_number(&s->row, 'f', s->n_refunds, 99999989);
	put_order(&s->row, o->number);
	put_time(&s->row, t, 0);
	put_decimal(&s->row, amount, money->digits);
	put_word(&s->row, money->code);
	deliver(s, REFUNDS, t);
}

/* What becomes of an order that was paid: parcels, and for one in sixteen money back. */
static int
after_payment(struct store *s, const struct order *o, const struct bill *b, struct rng *r,
	struct version *v)
{
	int64_t paid = v[-1].paid, t = paid + DAY + below(r, 4 * DAY);
	uint64_t part;
	int n = 0;

	if (strcmp(b->payment, "cash_on_delivery") != 0)
		v[n++] = (struct version){t, paid, "shipped"};
	if (!chance(r, 620))
		return n;
	t += 2 * DAY + below(r, 20 * DAY);
	part = b->amount * (20 + below(r, 50)) / 100 + 1;
	if (chance(r, 5500) || part >= b->amount) {
		refund_write(s, o, b->amount, t);
		v[n++] = (struct version){t, paid, "refunded"};
		return n;
	}
	refund_write(s, o, part, t);
	v[n++] = (struct version){t, paid, "partially_refunded"};
	if (chance(r, 1500)) {
		t += DAY + below(r, 9 * DAY);
		refund_write(s, o, b->amount - part, t);
		v[n++] = (struct version){t, paid, "refunded"};
	}
	return n;
}

/* The versions of an order in time order. Most are paid within minutes; some the next day, at the
 * door, or never. */
static int
order_life(struct store *s, const struct order *o, const struct bill *b, struct rng *r,
	struct version *v)
{
	uint32_t fate = below(r, 1000);
	int64_t paid = o->created + 3 + below(r, 240), off = o->created + DAY + below(r, 2 * DAY);
	int n = 0;

	v[n++] = (struct version){o->created, 0, "pending"};
	if (strcmp(b->payment, "cash_on_delivery") == 0) {
		paid = o->created + 4 * DAY + below(r, 6 * DAY);
		v[n++] = (struct version){o->created + DAY, 0, "shipped"};
		if (fate < 120) {
			v[n++] = (struct version){paid, 0, "cancelled"};
			return n;
		}
	} else if (fate < 28) {
		return n; /* never paid, never closed */
	} else if (fate < 60) {
		v[n++] = (struct version){off, 0, "cancelled"};
		return n;
	} else if (fate < 110) {
		paid = o->created + 8 * 3600 + below(r, 30 * 3600);
	}
	v[n++] = (struct version){paid, paid, "paid"};
	return n + after_payment(s, o, b, r, v + n);
}

/* Writes all that is known of an order by the end of the window: of the time before the window its
 * last version alone, as an export has it; in a flat file one version an order. */
static void
order_make(struct store *s, const struct order *o)
{
	struct rng r = rng_of(s, P_ORDER, o->number);
	struct bill b = bill_of(s, o, &r);
	struct version v[8];
	int n = order_life(s, o, &b, &r, v);
	int64_t paid = v[n - 1].paid;

	for (int i = 0; i < n; i++) {
		int64_t shown = s->o.flat != NULL ? s->end : s->start;

		if (v[i].at < s->end && (i + 1 == n || v[i + 1].at >= shown || v[i].at >= shown))
			order_write(s, o, &b, &v[i]);
	}
	items_write(s, o);
	if (paid != 0 && chance(&r, 700)) {
		int64_t at = paid + 5 * DAY + below(&r, 8 * DAY);

		if (at < s->end)
			survey_write(s, o->customer, o->visitor, at, true);
	}
}

/* Fills the basket: the line is added, or the units of the one that is there. */
static void
add_line(struct line *line, int *lines, uint32_t product, uint32_t quantity)
{
	for (int i = 0; i < *lines; i++)
		if (line[i].product == product) {
			line[i].quantity += quantity;
			return;
		}
	if (*lines < MAX_LINES)
		line[(*lines)++] = (struct line){product, quantity};
}

/* An order that no event tells of: before the window, or by phone or on a marketplace. */
static void
order_unseen(struct store *s, struct rng *r, uint32_t c, int64_t t, bool tracked)
{
	struct order o = {.number = s->n_orders++, .created = t, .customer = c, .visitor = NOBODY};
	uint32_t staple = (uint32_t)mix(c + s->o.seed * 13);
	const struct device *device;
	uint32_t n = 1 + (chance(r, 2500) ? 1 + below(r, 2) : 0);

	home_of(s, c, &o.country, &o.city);
	o.source = channels[first_channel(s, 3 * c, o.country == CN)].source;
	if (tracked)
		o.visitor = 3 * c + (chance(r, 6500) ? 0 : 1);
	else
		o.source = "marketplace";
	device = device_of(s, tracked ? o.visitor : 3 * c, o.country == CN);
	o.platform = tracked ? device->platform : NULL;
	for (uint32_t i = 0; i < n; i++) {
		bool again = i == 0 && chance(r, 3500) &&
			     s->products[staple % 60 % s->n_products].launched <= t;
		uint32_t product =
			again ? staple % 60 % s->n_products
			      : pick_product(s, r, chance(r, 6000) ? favourite_of(s, c) : -1, t);

		add_line(o.line, &o.lines, product, chance(r, 8200) ? 1 : 2 + below(r, 2));
	}
	if (tracked && chance(r, 500))
		o.customer = NOBODY;
	order_make(s, &o);
}

/* ---- the time before the window --------------------------------------------------------- */

/* Days after which a customer likes to buy again. */
static uint32_t
cycle_of(const struct store *s, uint32_t c)
{
	return 18 + (uint32_t)(mix(c * 3 + s->o.seed) % 60);
}

/* One customer in five is yet to sign up. */
static bool
is_new(const struct store *s, uint32_t c)
{
	return mix(c + s->o.seed * 5) % 5 == 0;
}

static uint8_t
tier_of(uint32_t orders)
{
	return orders >= 12 ? 3 : orders >= 6 ? 2 : orders >= 2 ? 1 : 0;
}

/* A second of the day at which people of the country are awake, on a UTC day. */
static int64_t
waking_second(struct rng *r, int country)
{
	for (;;) {
		uint32_t hour = below(r, 24);

		if (below(r, 1000) < awake[((int)hour + countries[country].utc_hours + 24) % 24])
			return (int64_t)hour * 3600 + below(r, 3600);
	}
}

/* Draws the orders of one customer backwards from the last one before the window; mean is in
 * thousandths. */
static void
history_make(struct store *s, uint32_t c, uint32_t mean)
{
	struct rng r = rng_of(s, P_HISTORY, c);
	struct customer *who = &s->customers[c];
	uint32_t cycle = cycle_of(s, c), n = chance(&r, 1200) ? 0 : 1, back;
	int64_t first_day = s->start / DAY, day;
	int64_t at[64];
	int country, city;

	home_of(s, c, &country, &city);
	while (n > 0 && n < 60 && below(&r, mean) >= 1000)
		n++;
	if (cycle * n > HISTORY_DAYS - 20)
		cycle = (HISTORY_DAYS - 20) / n;
	back = chance(&r, n == 1 ? 7500 : 4000) ? below(&r, HISTORY_DAYS - 10)
						: below(&r, cycle * 2 + 4);
	day = first_day - 1 - back;
	for (uint32_t i = 0; i < n; i++) {
		at[i] = day * DAY + waking_second(&r, country);
		day -= cycle * 2 / 5 + below(&r, cycle * 6 / 5 + 2);
		if (i > 0 && chance(&r, 300)) /* twice on a day */
			at[i] = at[i - 1] - 1800 - below(&r, 9000);
		if (day < first_day - HISTORY_DAYS)
			n = i + 1;
	}
	day -= below(&r, n == 0 ? HISTORY_DAYS : 40);
	who->signup = who->updated = stamp(s, day * DAY + below(&r, DAY));
	for (uint32_t i = s->want_orders ? n : 0; i > 0; i--)
		order_unseen(s, &r, c, at[i - 1], chance(&r, 9000));
	who->orders = (uint16_t)n;
	who->tier = tier_of(n);
	if (n > 0)
		who->last_order = stamp(s, at[0]);
}

static void
customers_make(struct store *s)
{
	uint64_t in_window = s->o.events / 80;
	uint64_t wanted_orders = s->o.orders > in_window ? s->o.orders - in_window : 0;
	uint64_t buyers = (uint64_t)s->n_customers * 80 / 100 * 88 / 100 + 1;
	uint64_t mean = wanted_orders * 1150 / buyers;

	for (uint32_t c = 0; c < s->n_customers; c++) {
		struct rng r = rng_of(s, P_CUSTOMER, c + (UINT64_C(1) << 41));
		uint32_t consent = below(&r, 100);
		uint64_t rank = (uint64_t)c * 100 / s->n_customers;
		uint64_t own = mean * (rank < 10 ? 260 : rank < 40 ? 130 : 58) / 100;

		s->customers[c].consent = consent < 52   ? SUBSCRIBED
					  : consent < 80 ? NOT_SUBSCRIBED
					  : consent < 84 ? PENDING
					  : consent < 97 ? UNSUBSCRIBED
							 : INVALID;
		if (is_new(s, c))
			continue;
		history_make(s, c, own < 1001 ? 1001 : own > 60000 ? 60000 : (uint32_t)own);
		if (s->o.flat == NULL && wanted(s, CUSTOMERS))
			customer_write(s, c);
	}
}

/* ---- rates, spend, calendar ------------------------------------------------------------- */

/* Each currency wanders by up to 0.6 % a day and is drawn back to where it belongs. */
static void
rates_write(struct store *s)
{
	int64_t before = HISTORY_DAYS + 10;

	for (int k = 0; wanted(s, RATES) && k < N_CURRENCIES; k++) {
		struct rng r = rng_of(s, P_RATE, (uint64_t)k);
		int64_t home = (int64_t)currencies[k].micros * 1000, rate = home;

		for (int64_t day = -before; day < (int64_t)s->o.days; day++) {
			rate += rate * ((int64_t)below(&r, 1201) - 600) / 100000 +
				(home - rate) / 40;
			row_open(s, RATES);
			put_day(&s->row, s->first_day + day);
			put_word(&s->row, currencies[k].code);
			if (k == 0)
				put_word(&s->row, "1");
			else
				put_decimal(&s->row, (uint64_t)(rate + 500) / 1000, 6);
			deliver(s, RATES, day < 0 ? s->start : s->midnight[day]);
		}
	}
}

/* What the paid visits of the day cost; each was a click, some clicks became no visit. */
static void
spend_write(struct store *s, int64_t day)
{
	struct rng r = rng_of(s, P_SPEND, (uint64_t)day);
	char buf[64];

	for (int i = 0; i < N_CHANNELS; i++)
		for (int k = 0; k < N_COUNTRIES; k++) {
			uint64_t clicks = s->clicks[i][k];

			if (channels[i].click_cents == 0 || clicks == 0 || !wanted(s, SPEND))
				continue;
			clicks += clicks * below(&r, 30) / 100 + below(&r, 2);
			row_open(s, SPEND);
			put_day(&s->row, s->first_day + day);
			put_word(&s->row, channels[i].source);
			put_text(&s->row, campaign_of(i, s->first_day + day, buf, sizeof(buf)));
			put_word(&s->row, countries[k].code);
			put_unsigned(&s->row, clicks * (30 + below(&r, 60)) + below(&r, 30));
			put_unsigned(&s->row, clicks);
			put_decimal(&s->row,
				clicks * channels[i].click_cents * (80 + below(&r, 40)) / 100, 2);
			put_word(&s->row, "USD");
			deliver(s, SPEND, s->midnight[day]);
		}
	memset(s->clicks, 0, sizeof(s->clicks));
}

static void
calendar_row(struct store *s, int64_t first, int64_t last, const char *name)
{
	row_open(s, CALENDAR);
	put_day(&s->row, first);
	put_day(&s->row, last);
	put_word(&s->row, name);
	deliver(s, CALENDAR, s->start);
}

static void
calendar_write(struct store *s)
{
	int first, last, m, d;

	civil_from_days(s->first_day - HISTORY_DAYS, &first, &m, &d);
	civil_from_days(s->first_day + s->o.days, &last, &m, &d);
	for (int y = first; wanted(s, CALENDAR) && y <= last; y++) {
		int64_t november = days_from_civil(y, 11, 1);
		/* 1970-01-01 was a Thursday; Thanksgiving is the fourth Thursday of November. */
		int64_t friday = november + (7 - november % 7) % 7 + 21 + 1;

		calendar_row(s, days_from_civil(y, 6, 16), days_from_civil(y, 6, 18), "618");
		calendar_row(s, days_from_civil(y, 11, 1), days_from_civil(y, 11, 11), "11.11");
		calendar_row(s, friday, friday + 3, "BFCM");
		calendar_row(s, days_from_civil(y, 12, 10), days_from_civil(y, 12, 12), "12.12");
		calendar_row(
			s, days_from_civil(y, 12, 15), days_from_civil(y, 12, 25), "Christmas");
	}
}

/* ---- events ---------------------------------------------------------------------------- */

enum stage {
	END,
	PAGE,
	CATEGORY,
	SEARCH,
	PRODUCT,
	CART,
	UNCART,
	CHECKOUT,
	PURCHASE,
	SIGN_UP,
	LOGIN,
	SUBSCRIBE,
	UNSUBSCRIBE,
	EMAIL_SENT,
	EMAIL_OPEN,
	EMAIL_CLICK,
	N_STAGES
};

static const char *const event_names[N_STAGES] = {NULL, "page_view", "category_view", "search",
	"product_view", "add_to_cart", "remove_from_cart", "checkout", "purchase", "sign_up",
	"login", "subscribe", "unsubscribe", "email_sent", "email_open", "email_click"};

/* Where people go next, per cent; rows and columns by stage, up to PURCHASE. */
static const uint8_t moves[PURCHASE + 1][PURCHASE + 1] = {
	/*		END PAGE CAT SEARCH PROD CART UNC CHECK BUY */
	[PAGE] = {14, 12, 26, 14, 34, 0, 0, 0, 0},
	[CATEGORY] = {10, 4, 14, 8, 64, 0, 0, 0, 0},
	[SEARCH] = {14, 2, 8, 18, 58, 0, 0, 0, 0},
	[PRODUCT] = {15, 7, 14, 7, 36, 21, 0, 0, 0},
	[CART] = {17, 5, 6, 1, 29, 0, 5, 37, 0},
	[UNCART] = {30, 5, 20, 5, 40, 0, 0, 0, 0},
	[CHECKOUT] = {26, 4, 0, 0, 0, 0, 0, 0, 70},
	[PURCHASE] = {66, 20, 4, 0, 10, 0, 0, 0, 0},
};

/* The columns from source on; the referrer belongs to the first event alone. */
static void
put_visit(struct store *s, const struct session *v)
{
	const struct channel *c = &channels[v->channel];
	struct row *r = &s->row;
	char buf[64];
	const char *campaign = campaign_of(v->channel, v->day, buf, sizeof(buf));

	put_word(r, v->bot ? NULL : c->source);
	put_word(r, v->bot ? NULL : c->medium);
	put_text(r, v->bot ? NULL : campaign == NULL && v->empty_campaign ? "" : campaign);
	put_word(r, !v->started && !v->bot ? c->referrer : NULL);
	put_word(r, v->no_platform ? NULL : v->device->platform);
	put_word(r, v->no_platform ? NULL : v->device->os);
	put_word(r, v->no_platform ? NULL : v->device->browser);
	put_text(r, s->o.agents || v->bot ? v->device->agent : NULL);
	put_word(r, v->no_language ? NULL : countries[v->country].language);
	put_word(r, v->no_country ? NULL : countries[v->country].code);
	put_word(r, v->no_country ? NULL : cities[v->city].region);
	put_word(r, v->no_country ? NULL : cities[v->city].name);
}

/* The same columns, encoded once a session. */
static void
put_tail(struct store *s, struct session *v)
{
	struct row *r = &s->row;
	size_t from = r->n;

	if (v->tail_n > 0) {
		raw(r, v->tail, v->tail_n);
		return;
	}
	put_visit(s, v);
	if (v->started && r->n - from <= TAIL_MAX) {
		v->tail_n = (uint16_t)(r->n - from);
		memcpy(v->tail, r->buf + from, v->tail_n);
	}
}

/* A spoiled copy of an event's row in p[0 .. room): the ways of doing so in turn. Returns the way's name. */
static const char *
spoil_text(char *p, size_t room, enum format format, const char *row, uint64_t turn)
{
	static const char *const surplus[] = {",surplus", "\tsurplus", "} surplus"};
	static const char *const mark[] = {"\"", "\\", "\""};
	bool json = format == NDJSON;
	const char *ts = json ? strstr(row, "\"ts\":\"") + 6 : strpbrk(row, ",\t") + 1;
	const char *page = ts;
	int to_ts = (int)(ts - row), to_page, to_end = (int)strlen(row) - (json ? 2 : 1);

	for (int i = 0; i < 4; i++)
		page = strpbrk(page, ",\t") + 1;
	to_page = (int)(page - row);
	switch (turn % (format == TSV ? 5 : 6)) {
	case 0:
		snprintf(p, room, "%.*syesterday%s", to_ts, row, ts + 20);
		return "not a time";
	case 1:
		snprintf(p, room, "%.*s2026-13-45T25:61:00Z%s", to_ts, row, ts + 20);
		return "no such time";
	case 2:
		snprintf(p, room, "%.*s\n", to_page - 1, row);
		return json ? "cut short" : "too few fields";
	case 3:
		snprintf(p, room, "%.*s%s\n", to_end, row, surplus[format]);
		return json ? "trailing content" : "too many fields";
	case 4: /* in tsv before the tab */
		to_page -= format == TSV;
		snprintf(p, room, "%.*s%s%s", to_page, row, mark[format], row + to_page);
		return format == TSV ? "broken escape" : "broken quote";
	default:
		snprintf(p, room, "%.*sx\"y%s", to_page, row, page);
		return "stray quote";
	}
}

/* Follows every so many events by a spoiled copy: a reader that rejects it has lost nothing. */
static void
spoil(struct store *s, int64_t day)
{
	char row[ROW_MAX + 1], bad[ROW_MAX + 64], note[256], date[11] = "";
	const char *kind;
	int n;

	if (s->n_spoiled >= s->o.spoil ||
		s->n_events < (2 * s->n_spoiled + 1) * s->o.events * 4 / 10 / s->o.spoil)
		return;
	memcpy(row, s->row.buf, s->row.n);
	row[s->row.n] = '\0';
	if (s->o.format == CSV && strchr(row, '"') != NULL)
		return;
	kind = spoil_text(bad, sizeof(bad), s->o.format, row, s->n_spoiled++);
	day_text(date, s->first_day + day);
	n = snprintf(note, sizeof(note), "%s/events\t%" PRIu64 "\t%s\n", date,
		s->inbox[day * N_STREAMS].lines + 1 +
			(s->o.format != NDJSON && s->inbox[day * N_STREAMS].lines == 0),
		kind);
	sink_add(&s->spoiled, note, (size_t)n);
	deliver_bytes(s, EVENTS, day, bad, strlen(bad));
}

/* Delivers an event: some come late, some twice, in the flat file a while later. */
static void
event_deliver(struct store *s, const struct session *v, int64_t t)
{
	uint32_t luck = below(&s->noise, 10000), slot = below(&s->noise, N_RESEND);
	int64_t day;

	row_close(&s->row);
	if (s->o.flat != NULL) {
		deliver_bytes(s, EVENTS, 0, s->row.buf, s->row.n);
		if (luck >= 40)
			return;
		if (s->resend_n[slot] > 0)
			deliver_bytes(s, EVENTS, 0, s->resend[slot], s->resend_n[slot]);
		memcpy(s->resend[slot], s->row.buf, s->row.n);
		s->resend_n[slot] = s->row.n;
		return;
	}
	day = arrival(s, t) + v->late_days + (luck >= 9970 ? 1 + slot % 3 : 0);
	if (day >= s->o.days)
		return;
	deliver_bytes(s, EVENTS, day, s->row.buf, s->row.n);
	if (luck < 40)
		deliver_bytes(s, EVENTS, day, s->row.buf, s->row.n);
	if (luck >= 30 && luck < 60 && day + 1 < s->o.days)
		deliver_bytes(s, EVENTS, day + 1, s->row.buf, s->row.n);
	if (s->o.spoil > 0)
		spoil(s, day);
}

/* Only the last category has a comma in its name. */
static void
put_category(struct row *r, int category)
{
	if (category == N_CATEGORIES - 1)
		put_text(r, categories[category].name);
	else
		put_word(r, category < 0 ? NULL : categories[category].name);
}

/* An event of the session's stage; product and category are NOTHING and -1 where it has none. */
static void
event_write(struct store *s, struct session *v, int64_t t, const char *page, uint32_t product,
	int category, uint32_t quantity)
{
	const struct currency *money = &currencies[countries[v->country].currency];
	struct row *r = &s->row;
	uint64_t number = s->n_events++;

	if (v->stage < EMAIL_SENT)
		s->acted++;
	if (!wanted(s, EVENTS))
		return;
	row_open(s, EVENTS);
	put_hex(r, '\0', mix((number + 1) * 0x9e3779b97f4a7c15u ^ s->o.seed), 16);
	put(r, s->now_text, 20);
	put_visitor(s, r, v->visitor);
	put_customer(r, v->logged ? v->customer : NOBODY);
	put_word(r, event_names[v->stage]);
	if (v->stage == SEARCH)
		put_text(r, page);
	else
		put_word(r, page);
	if (product == NOTHING) {
		put_missing(r);
		put_category(r, category);
		for (int i = 0; i < 3; i++)
			put_missing(r);
	} else {
		put_word(r, s->products[product].id);
		put_category(r, s->products[product].category);
		put_decimal(r, s->products[product].minor[countries[v->country].currency],
			money->digits);
		put_unsigned(r, quantity);
		put_word(r, money->code);
	}
	put_tail(s, v);
	v->started = true;
	event_deliver(s, v, t);
}

static void
page_write(struct store *s, struct session *v, int64_t t, const char *page)
{
	event_write(s, v, t, page, NOTHING, -1, 0);
}

/* ---- what visitors do ------------------------------------------------------------------ */

static bool
signed_up(const struct store *s, const struct session *v)
{
	return v->customer != NOBODY && s->customers[v->customer].signup != 0;
}

static void
sign_up(struct store *s, struct session *v, int64_t t)
{
	struct customer *who = &s->customers[v->customer];

	who->signup = stamp(s, t);
	if (who->consent == UNSUBSCRIBED || who->consent == INVALID)
		who->consent = NOT_SUBSCRIBED;
	v->logged = true;
	page_write(s, v, t, "/account");
	customer_changed(s, v->customer, t);
}

static void
consent(struct store *s, struct session *v, int64_t t, enum consent to)
{
	page_write(s, v, t, v->stage == SUBSCRIBE ? "/newsletter" : "/newsletter/off");
	if (!signed_up(s, v) || !v->logged || s->customers[v->customer].consent == to)
		return;
	s->customers[v->customer].consent = (uint8_t)to;
	customer_changed(s, v->customer, t);
}

static void
bought(struct store *s, uint32_t c, int64_t t)
{
	struct customer *who = &s->customers[c];

	who->orders++;
	who->last_order = stamp(s, t);
	if (who->tier != tier_of(who->orders)) {
		who->tier = tier_of(who->orders);
		customer_changed(s, c, t);
	}
}

/* An event a line, and the order that they belong to. */
static void
purchase(struct store *s, struct session *v, int64_t t)
{
	struct order o = {.number = s->n_orders++,
		.created = t,
		.visitor = v->visitor,
		.country = v->country,
		.city = v->city,
		.lines = v->lines,
		.platform = v->device->platform};

	for (int i = 0; i < v->lines; i++) {
		o.line[i] = v->line[i];
		event_write(s, v, t, "/thanks", v->line[i].product, -1, v->line[i].quantity);
	}
	o.customer = v->logged ? v->customer : NOBODY;
	o.source = channels[v->channel].source;
	order_make(s, &o);
	if (v->logged)
		bought(s, v->customer, t);
	v->lines = 0;
	v->buying = false;
}

static void
search(struct store *s, struct session *v, int64_t t)
{
	char page[96];
	bool odd = chance(&s->rng, 120);
	uint32_t n = below(&s->rng, 1000);

	snprintf(page, sizeof(page), "/search?q=%s",
		odd ? odd_queries[n % COUNT(odd_queries)] : queries[n % COUNT(queries)]);
	page_write(s, v, t, page);
}

/* Does what the session's stage says. */
static void
act(struct store *s, struct session *v, int64_t t)
{
	uint32_t n = below(&s->rng, 1000);

	switch ((enum stage)v->stage) {
	case CATEGORY:
		if (v->category < 0 || n < 300)
			v->category = s->products[pick_product(s, &s->rng, -1, t)].category;
		event_write(s, v, t, categories[v->category].page, NOTHING, v->category, 0);
		return;
	case SEARCH:
		search(s, v, t);
		return;
	case PRODUCT:
		v->product = pick_product(s, &s->rng, n < 700 ? v->category : -1, t);
		event_write(s, v, t, s->products[v->product].page, v->product, -1, 1);
		return;
	case CART:
		add_line(v->line, &v->lines, v->product, n < 850 ? 1 : 2 + n % 2);
		event_write(s, v, t, "/cart", v->product, -1, n < 850 ? 1 : 2 + n % 2);
		return;
	case UNCART:
		v->lines--;
		event_write(s, v, t, "/cart", v->line[v->lines].product, -1,
			v->line[v->lines].quantity);
		return;
	case CHECKOUT:
		page_write(s, v, t, "/checkout");
		return;
	case PURCHASE:
		purchase(s, v, t);
		return;
	case SIGN_UP:
		sign_up(s, v, t);
		return;
	case LOGIN:
		v->logged = true;
		page_write(s, v, t, "/login");
		return;
	case SUBSCRIBE:
		consent(s, v, t, SUBSCRIBED);
		return;
	case UNSUBSCRIBE:
		consent(s, v, t, UNSUBSCRIBED);
		return;
	case EMAIL_SENT:
	case EMAIL_OPEN:
	case EMAIL_CLICK:
		page_write(s, v, t, NULL);
		return;
	case PAGE:
	case END:
	case N_STAGES:
		page_write(s, v, t, !v->started && n < 800 ? "/" : pages[n % COUNT(pages)]);
	}
}

/* Per cent of the usual, by how a visit was won. */
static uint32_t
appetite_of(int channel)
{
	const char *medium = channels[channel].medium;

	if (medium == NULL)
		return 100;
	if (strcmp(medium, "email") == 0)
		return 170;
	if (strcmp(medium, "cpm") == 0 || strcmp(medium, "cpv") == 0 ||
		strcmp(medium, "video") == 0)
		return 45;
	if (strcmp(medium, "social") == 0 || strcmp(medium, "paid_social") == 0)
		return 75;
	return strcmp(medium, "cpc") == 0 ? 125 : 100;
}

/* Per mille of the usual wish to buy: little after an order, most when a customer's cycle is over;
 * more in some countries and from some channels than from others. */
static uint32_t
keenness(const struct store *s, const struct session *v, int64_t t)
{
	uint32_t keen = 360, eighths;
	const struct customer *who;

	if (v->bot)
		return 0;
	if (v->customer != NOBODY) {
		who = &s->customers[v->customer];
		eighths = (stamp(s, t) - who->last_order) / (cycle_of(s, v->customer) * DAY / 8);
		keen = eighths < 2 ? 180 : eighths < 6 ? 500 : eighths < 11 ? 1000 : 800;
		if (who->last_order == 0 || eighths >= 24)
			keen = 550;
	}
	return keen * countries[v->country].appetite / 100 * appetite_of(v->channel) / 100;
}

static enum stage
next_move(struct store *s, const struct session *v, int64_t t)
{
	const uint8_t *row = moves[v->stage <= PURCHASE ? v->stage : PAGE];
	uint32_t n = below(&s->rng, 100);
	int to = END;

	while (to < PURCHASE && n >= row[to])
		n -= row[to++];
	if (to == CART && below(&s->rng, 1000) >= keenness(s, v, t))
		return PRODUCT;
	if ((to == CHECKOUT || to == UNCART || to == PURCHASE) && v->lines == 0)
		return PRODUCT;
	return (enum stage)to;
}

/* What comes after the stage that was done. */
static enum stage
next_stage(struct store *s, struct session *v, int64_t t, bool first)
{
	struct rng *r = &s->rng;
	enum stage to;

	if (v->stage == EMAIL_SENT)
		return chance(r, 2400) ? EMAIL_OPEN : END;
	if (v->stage == EMAIL_OPEN)
		return chance(r, 1800) ? EMAIL_CLICK : chance(r, 120) ? UNSUBSCRIBE : END;
	if (v->stage == EMAIL_CLICK)
		return chance(r, 6000) ? PRODUCT : PAGE;
	if (v->stage == UNSUBSCRIBE)
		return END;
	if (v->bot)
		return chance(r, 500) ? END : chance(r, 6000) ? PRODUCT : PAGE;
	if (first && chance(r, 3500))
		return END;
	if (v->buying && (v->stage == LOGIN || v->stage == SIGN_UP))
		return PURCHASE;
	if (v->customer != NOBODY && !v->logged &&
		chance(r, signed_up(s, v) ? (v->logs_in ? 1500 : 0) : 250))
		return signed_up(s, v) ? LOGIN : SIGN_UP;
	if (v->stage == PAGE && chance(r, 130))
		return SUBSCRIBE;
	to = next_move(s, v, t);
	if (to == PURCHASE && v->customer != NOBODY && !v->logged && chance(r, 9200)) {
		v->buying = true;
		return signed_up(s, v) ? LOGIN : SIGN_UP;
	}
	return to;
}

/* Seconds until the next stage: mostly a minute, sometimes many, now and then the usual limit of a
 * session to the second. */
static uint32_t
pause_before(struct store *s, const struct session *v, enum stage to)
{
	struct rng *r = &s->rng;
	uint32_t n = below(r, 10000);

	if (v->bot)
		return 1 + n % 4;
	if (to == EMAIL_OPEN)
		return 60 + below(r, 200) * below(r, 200);
	if (to == EMAIL_CLICK || to == PURCHASE)
		return 4 + n % 50;
	if (n < 8)
		return 1800 + n % 2;
	if (n < 90)
		return 280 + below(r, 1500);
	return 2 + (below(r, 64) * below(r, 64) >> 4);
}

/* ---- the clock ------------------------------------------------------------------------- */

static void
schedule(struct store *s, uint32_t i, int64_t t)
{
	uint32_t *bucket = &s->wheel[t % WHEEL];

	s->sessions[i].link = *bucket;
	*bucket = i;
}

static uint32_t
session_new(struct store *s, uint32_t visitor, int64_t day)
{
	uint32_t i = s->free_sessions;
	struct session *v;

	if (i != NOTHING) {
		s->free_sessions = s->sessions[i].link;
	} else {
		if (s->n_sessions == s->cap_sessions) {
			s->cap_sessions = s->cap_sessions * 2 + 256;
			s->sessions = grow(s->sessions, s->cap_sessions, sizeof(*s->sessions));
		}
		i = s->n_sessions++;
	}
	v = &s->sessions[i];
	memset(v, 0, offsetof(struct session, tail));
	v->visitor = visitor;
	v->customer = owner_of(s, visitor);
	v->category = -1;
	v->day = s->first_day + day;
	home_of(s, person_of(s, visitor), &v->country, &v->city);
	v->device = device_of(s, visitor, v->country == CN);
	v->no_country = chance(&s->rng, 200);
	v->no_language = chance(&s->rng, 120);
	v->no_platform = v->device->platform[0] != 'a' && chance(&s->rng, 500);
	v->empty_campaign = chance(&s->rng, 60);
	v->stage = PAGE;
	return i;
}

static void
bot_start(struct store *s, int64_t t, int64_t day)
{
	uint32_t n = below(&s->rng, N_BOTS),
		 i = session_new(s, 3 * s->n_customers + s->n_guests + n, day);

	s->sessions[i].bot = true;
	s->sessions[i].device = &bots[n % COUNT(bots)];
	schedule(s, i, t);
}

/* Whoever comes in this second is awake at home. */
static uint32_t
pick_visitor(struct store *s, int64_t t)
{
	struct rng *r = &s->rng;

	for (;;) {
		uint32_t visitor, c, slots;
		int country, city;

		if (chance(r, 4200)) {
			c = zipf(r, s->n_customers, s->n_customers / 20 + 1);
			slots = (uint32_t)(mix(c + s->o.seed * 17) % 100);
			slots = slots < 45 ? 1 : slots < 80 ? 2 : 3;
			visitor = 3 * c + below(r, slots);
		} else {
			visitor = 3 * s->n_customers + zipf(r, s->n_guests, s->n_guests / 6 + 1);
		}
		home_of(s, person_of(s, visitor), &country, &city);
		if (below(r, 1000) < awake[(t / 3600 + countries[country].utc_hours + 24) % 24])
			return visitor;
	}
}

static void
session_start(struct store *s, int64_t t, int64_t day)
{
	struct rng *r = &s->rng;
	struct session *v;
	uint32_t visitor, i, n;
	bool china;

	s->started++;
	if (chance(r, 60)) {
		bot_start(s, t, day);
		return;
	}
	visitor = pick_visitor(s, t);
	i = session_new(s, visitor, day);
	v = &s->sessions[i];
	china = v->country == CN;
	v->channel = chance(r, 5000) ? first_channel(s, visitor, china) : pick_channel(r, china);
	if (v->device->platform[0] == 'a' && chance(r, 7000))
		v->channel = chance(r, 2500) ? 26 : 0;
	if (v->customer != NOBODY && chance(r, 5500))
		v->category = favourite_of(s, v->customer);
	n = below(r, 100);
	v->logged = signed_up(s, v) && n < 42;
	v->logs_in = n < 75;
	if (chance(r, v->device->platform[0] == 'a' ? 500 : 15))
		v->late_days = 1 + (int)below(r, 3);
	n = below(r, 100);
	v->stage = n < 40 ? PAGE : n < 62 ? CATEGORY : n < 94 ? PRODUCT : SEARCH;
	s->clicks[v->channel][v->country]++;
	schedule(s, i, t);
	if (signed_up(s, v) && chance(r, 45)) {
		order_unseen(s, r, v->customer, t, false);
		bought(s, v->customer, t);
	}
}

/* A mailing goes to part of the subscribers, some each second of two hours. */
static void
mailing(struct store *s, int64_t t, int64_t day)
{
	for (uint32_t n = 0; n < s->email_step && s->email_next < s->n_customers; n++) {
		uint32_t c = s->email_next++, i;
		struct rng r = rng_of(s, P_EMAIL, (uint64_t)day << 32 | c);
		const struct customer *who = &s->customers[c];

		if (who->signup == 0 || who->consent != SUBSCRIBED ||
			below(&r, 1000) >= s->email_permille)
			continue;
		i = session_new(s, 3 * c, day);
		s->sessions[i].channel = EMAIL_CHANNEL;
		s->sessions[i].stage = EMAIL_SENT;
		s->sessions[i].logged = true;
		schedule(s, i, t);
	}
}

/* Keeps the time as text: the day is written anew only when it changes. */
static void
now_set(struct store *s, int64_t t)
{
	int64_t second = t % DAY;

	if (t - second != s->now_day) {
		s->now_day = t - second;
		time_text(s->now_text, t, 0);
	}
	two_digits(s->now_text + 11, second / 3600);
	two_digits(s->now_text + 14, second / 60 % 60);
	two_digits(s->now_text + 17, second % 60);
}

/* Lets every session whose turn it is do one thing. */
static void
tick(struct store *s, int64_t t)
{
	uint32_t i = s->wheel[t % WHEEL];

	if (i != NOTHING)
		now_set(s, t);
	s->wheel[t % WHEEL] = NOTHING;
	while (i != NOTHING) {
		struct session *v = &s->sessions[i];
		uint32_t following = v->link;
		bool first = !v->started;
		enum stage to;

		act(s, v, t);
		v->started = true;
		to = next_stage(s, v, t, first);
		if (to == END) {
			if (v->lines > 0 && chance(&s->rng, 500) && t + 40 < s->end)
				survey_write(s, v->logged ? v->customer : NOBODY, v->visitor,
					t + 40, false);
			v->link = s->free_sessions;
			s->free_sessions = i;
		} else {
			schedule(s, i, t + pause_before(s, v, to));
			v->stage = (uint8_t)to;
		}
		i = following;
	}
}

/* How busy the store is in the hour that starts at t. */
static uint64_t
hour_weight(const struct store *s, int64_t t)
{
	int64_t i = arrival(s, t), day = s->first_day + i;
	uint64_t growth = 1000 + 240 * (uint64_t)i / s->o.days, sale = 1000, people = 0;
	int y, m, d;

	civil_from_days(day, &y, &m, &d);
	if (m == 11 && d <= 11)
		sale = d == 11 ? 2600 : d == 10 ? 1600 : 1200;
	else if (m == 11 && d >= 26)
		sale = 1600;
	else if (m == 12 && d <= 25)
		sale = d == 12 ? 2000 : 1150;
	for (int k = 0; k < N_COUNTRIES; k++)
		people +=
			countries[k].weight * awake[(t / 3600 + countries[k].utc_hours + 24) % 24];
	return growth * sale / 1000 * weekday_weight[(day + 4) % 7] / 1000 * people / 1000;
}

/* Sessions a second, in units of 2^-32, so that the events of the hour come out as planned. */
static uint64_t
arrival_rate(const struct store *s, uint64_t planned)
{
	uint64_t length = (s->acted * 256 + 500 * 1900) / (s->started + 500);

	return planned <= s->acted ? 0 : ((planned - s->acted) << 32) / 3600 * 256 / length;
}

static void
day_run(struct store *s, int64_t day, uint64_t *weight, uint64_t total, uint64_t *rate)
{
	int weekday = (int)((s->first_day + day + 4) % 7);
	int64_t mail = s->midnight[day] + 10 * 3600;
	uint64_t visits = s->o.events * 96 / 100;

	s->email_next = weekday == 2 || weekday == 5 ? 0 : s->n_customers;
	for (int64_t t = s->midnight[day]; t < s->midnight[day + 1]; t++) {
		if ((t - s->start) % 3600 == 0) {
			*weight += hour_weight(s, t);
			/* 128 bits: 10^9 events times the weights of a year */
			*rate = arrival_rate(
				s, (uint64_t)((unsigned __int128)visits * *weight / total));
		}
		for (uint64_t n = (*rate + (draw(&s->rng) >> 32)) >> 32; n > 0; n--)
			session_start(s, t, day);
		if (t >= mail && s->email_next < s->n_customers)
			mailing(s, t, day);
		tick(s, t);
	}
	spend_write(s, day);
	for (uint64_t n = 0; weekday == 1 && n < 1 + s->o.events / 30000; n++)
		survey_write(s, NOBODY, NOBODY, s->midnight[day] + 50000 + (int64_t)n * 31 % 30000,
			false);
}

static void
simulate(struct store *s)
{
	uint64_t total = 0, weight = 0, rate = 0, mailings = s->o.days * 2 / 7 + 1;

	for (int64_t t = s->start; t < s->end; t += 3600)
		total += hour_weight(s, t);
	memset(s->wheel, 0xff, sizeof(s->wheel));
	s->free_sessions = NOTHING;
	s->email_step = s->n_customers / 7200 + 1;
	/* three events in a hundred are sent letters; four customers in ten may get them */
	s->email_permille = (uint32_t)(s->o.events * 30 / mailings * 10 / 4 / s->n_customers);
	for (int64_t day = 0; day < (int64_t)s->o.days; day++)
		day_run(s, day, &weight, total, &rate);
}

/* ---- setting up and ending ------------------------------------------------------------- */

static void
streams_make(struct store *s)
{
	for (int id = 0; id < N_STREAMS; id++) {
		struct stream *st = &s->streams[id];

		for (const char *p = catalogue[id].columns; *p != '\0'; p += strspn(p, "# ")) {
			struct column *c = &st->column[st->columns++];

			c->name_n = strcspn(p, "# ");
			memcpy(c->name, p, c->name_n);
			c->key[0] = '"';
			memcpy(c->key + 1, p, c->name_n);
			memcpy(c->key + 1 + c->name_n, "\":", 2);
			c->key_n = c->name_n + 3;
			p += c->name_n;
			c->number = *p == '#';
		}
		s->want[id] = s->o.stream == NULL || strcmp(s->o.stream, catalogue[id].name) == 0;
	}
	s->want_orders =
		s->want[ORDERS] || s->want[ORDER_ITEMS] || s->want[REFUNDS] || s->want[SURVEYS];
	s->row.format = s->o.format;
	s->row.plain = s->o.plain;
}

static void
window_make(struct store *s)
{
	struct tm tm;
	char path[256];
	int y, m, d, n = 0;

	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", s->o.tz);
	if (strcmp(s->o.tz, "UTC") != 0 &&
		(strstr(s->o.tz, "..") != NULL || access(path, R_OK) != 0))
		die(2, "--tz: no such zone: '%.64s'", s->o.tz);
	if (setenv("TZ", s->o.tz, 1) != 0)
		die(3, "out of memory");
	tzset();
	if (sscanf(s->o.from, "%4d-%2d-%2d%n", &y, &m, &d, &n) != 3 || s->o.from[n] != '\0' ||
		y < 1980 || m < 1 || m > 12 || d < 1 || d > 31)
		die(2, "--from: not a day: '%.64s'", s->o.from);
	s->first_day = days_from_civil(y, m, d);
	s->midnight = grow(NULL, s->o.days + 1, sizeof(*s->midnight));
	for (uint32_t i = 0; i <= s->o.days; i++) {
		tm = (struct tm){.tm_year = y - 1900,
			.tm_mon = m - 1,
			.tm_mday = d + (int)i,
			.tm_isdst = -1};
		s->midnight[i] = mktime(&tm);
	}
	s->start = s->midnight[0];
	s->end = s->midnight[s->o.days];
	s->epoch = s->start - 2000 * (int64_t)DAY;
}

static void
world_make(struct store *s)
{
	uint64_t events = s->o.events, guests = events / 22 + 100;

	for (int i = N_CITIES - 1; i >= 0; i--)
		s->city_first[cities[i].country] = i;
	s->city_first[N_COUNTRIES] = N_CITIES;
	s->rng = rng_of(s, P_SESSION, 0);
	s->noise = rng_of(s, P_NOISE, 0);
	s->n_products = (uint32_t)(events / 300 < 200    ? 200
				   : events / 300 > 5000 ? 5000
							 : events / 300);
	s->products = grow(NULL, s->n_products, sizeof(*s->products));
	for (uint32_t i = 0; i < s->n_products; i++)
		product_make(s, i);
	/* a sixth will not have signed up by the end */
	s->n_customers = (uint32_t)(s->o.customers * 6 / 5);
	s->customers = grow(NULL, s->n_customers, sizeof(*s->customers));
	memset(s->customers, 0, s->n_customers * sizeof(*s->customers));
	s->n_guests = (uint32_t)guests;
}

static void
outputs_open(struct store *s)
{
	if (s->o.flat == NULL) {
		make_directory(s->o.out);
		s->inbox = grow(NULL, (size_t)s->o.days * N_STREAMS, sizeof(*s->inbox));
		memset(s->inbox, 0, (size_t)s->o.days * N_STREAMS * sizeof(*s->inbox));
		return;
	}
	s->resend = grow(NULL, N_RESEND, sizeof(*s->resend));
	s->flat_fd = strcmp(s->o.flat, "-") == 0
			     ? STDOUT_FILENO
			     : open(s->o.flat, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (s->flat_fd < 0)
		die(3, "%s: %s", s->o.flat, strerror(errno));
}

static void
spoiled_close(struct store *s)
{
	static const char head[] = "file\tline\tkind\n";
	char path[4096];
	int fd;

	if (s->o.spoil == 0)
		return;
	if ((size_t)snprintf(path, sizeof(path), "%s/spoiled.tsv", s->o.out) >= sizeof(path))
		die(2, "--out: the name is too long");
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd < 0)
		die(3, "%s: %s", path, strerror(errno));
	write_all(fd, head, sizeof(head) - 1, path);
	write_all(fd, s->spoiled.buf, s->spoiled.n, path);
	if (close(fd) != 0)
		die(3, "%s: %s", path, strerror(errno));
}

static void
inbox_close(struct store *s)
{
	for (size_t i = 0; i < (size_t)s->o.days * N_STREAMS; i++) {
		enum stream_id id = (enum stream_id)(i % N_STREAMS);
		struct sink *k = &s->inbox[i];

		if (!s->want[id] || ((id == PRODUCTS || id == CALENDAR) && k->lines == 0))
			continue;
		if (k->lines == 0)
			header(s, id, k);
		if (k->n > 0 || !k->made)
			sink_flush(s, i);
		free(k->buf);
	}
	spoiled_close(s);
}

static void
flat_close(struct store *s)
{
	for (int i = 0; i < N_RESEND; i++)
		if (s->resend_n[i] > 0)
			deliver_bytes(s, EVENTS, 0, s->resend[i], s->resend_n[i]);
	for (uint32_t c = 0; s->want[CUSTOMERS] && c < s->n_customers; c++)
		if (s->customers[c].signup != 0)
			customer_write(s, c);
	flat_flush(s);
	if (close(s->flat_fd) != 0)
		die(3, "%s: %s", s->o.flat, strerror(errno));
	free(s->flat.buf);
}

static void
store_free(struct store *s)
{
	free(s->inbox);
	free(s->spoiled.buf);
	free(s->resend);
	free(s->midnight);
	free(s->products);
	free(s->customers);
	free(s->sessions);
	free(s);
}

static const char usage[] =
	"Usage: store --out DIR [OPTION…]\n"
	"       store --stream NAME --flat FILE [OPTION…]\n"
	"Make up the logs of a cross-border store; the same options give the same bytes.\n\n"
	"  --out DIR        write DIR/ARRIVAL_DAY/STREAM.csv\n"
	"  --flat FILE      write one stream into one file (-: standard output): events in time "
	"order,\n"
	"                   one row an order and a customer\n"
	"  --stream NAME    only this stream: events orders order_items refunds products "
	"customers\n"
	"                   surveys rates spend calendar\n"
	"  --days N         length of the window in local days (60)\n"
	"  --from DAY       its first day (2026-09-23)\n"
	"  --tz ZONE        the store's zone (Asia/Shanghai)\n"
	"  --events N       about how many events (120000)\n"
	"  --orders N       about how many orders, earlier ones included (events/20; --flat: "
	"events/5)\n"
	"  --customers N    accounts (events/40; --flat: events/20)\n"
	"  --seed N         another store (1)\n"
	"  --format F       csv, ndjson or tsv (csv)\n"
	"  --agents WHOSE   user_agent of all or of bots alone (all; --flat: bots)\n"
	"  --plain          nothing that CSV has to quote but empty strings\n"
	"  --spoil N        add N spoiled copies of events, listed in DIR/spoiled.tsv\n"
	"  --help           print this\n";

static uint64_t
number(const char *option, const char *text, uint64_t low, uint64_t high)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || n < low || n > high)
		die(2, "--%s: not a number from %" PRIu64 " to %" PRIu64 ": '%.64s'", option, low,
			high, text);
	return n;
}

static enum format
format_named(const char *name)
{
	if (strcmp(name, "csv") == 0)
		return CSV;
	if (strcmp(name, "tsv") == 0)
		return TSV;
	if (strcmp(name, "ndjson") == 0)
		return NDJSON;
	die(2, "--format: csv, ndjson or tsv, not '%.64s'", name);
}

static bool
agents_named(const char *whose)
{
	if (strcmp(whose, "all") != 0 && strcmp(whose, "bots") != 0)
		die(2, "--agents: all or bots, not '%.64s'", whose);
	return strcmp(whose, "all") == 0;
}

static void
options_check(struct options *o, const char *agents)
{
	bool known = o->stream == NULL;

	for (int i = 0; o->stream != NULL && i < N_STREAMS; i++)
		known |= strcmp(o->stream, catalogue[i].name) == 0;
	if (!known)
		die(2, "--stream: no such stream: '%.64s'", o->stream);
	if ((o->out == NULL) == (o->flat == NULL))
		die(2, "one of --out DIR and --flat FILE is needed (see --help)");
	if (o->flat != NULL && (o->stream == NULL || o->spoil > 0))
		die(2, "--flat needs --stream, and takes no --spoil");
	o->agents = agents != NULL ? agents_named(agents) : o->flat == NULL;
	if (o->orders == 0)
		o->orders = o->events / (o->flat != NULL ? 5 : 20);
	if (o->customers == 0)
		o->customers = o->events / (o->flat != NULL ? 20 : 40) + 1;
	if (o->orders > 90000000)
		o->orders = 90000000;
	if (o->customers > 8000000)
		o->customers = 8000000;
}

static const struct option names[] = {{"out", 1, NULL, 'o'}, {"flat", 1, NULL, 'f'},
	{"stream", 1, NULL, 's'}, {"days", 1, NULL, 'd'}, {"from", 1, NULL, 'b'},
	{"tz", 1, NULL, 'z'}, {"events", 1, NULL, 'e'}, {"orders", 1, NULL, 'n'},
	{"customers", 1, NULL, 'c'}, {"seed", 1, NULL, 'r'}, {"format", 1, NULL, 't'},
	{"agents", 1, NULL, 'a'}, {"plain", 0, NULL, 'p'}, {"spoil", 1, NULL, 'x'},
	{"help", 0, NULL, 'h'}, {NULL, 0, NULL, 0}};

static void
help(void)
{
	if (fputs(usage, stdout) < 0 || fflush(stdout) != 0)
		die(3, "standard output: %s", strerror(errno));
	exit(0);
}

/* Takes an option that is a number; false when it is not one of them. */
static bool
option_number(struct options *o, int c, const char *arg)
{
	if (c == 'd')
		o->days = (uint32_t)number("days", arg, 1, 3660);
	else if (c == 'e')
		o->events = number("events", arg, 100, 2000000000);
	else if (c == 'n')
		o->orders = number("orders", arg, 1, 90000000);
	else if (c == 'c')
		o->customers = number("customers", arg, 10, 8000000);
	else if (c == 'r')
		o->seed = number("seed", arg, 0, UINT32_MAX);
	else if (c == 'x')
		o->spoil = number("spoil", arg, 0, 1000000);
	else
		return false;
	return true;
}

static void
options_read(struct options *o, int argc, char **argv)
{
	const char *agents = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == 'o')
			o->out = optarg;
		else if (c == 'f')
			o->flat = optarg;
		else if (c == 's')
			o->stream = optarg;
		else if (c == 'b')
			o->from = optarg;
		else if (c == 'z')
			o->tz = optarg;
		else if (c == 't')
			o->format = format_named(optarg);
		else if (c == 'a')
			agents = optarg;
		else if (c == 'p')
			o->plain = true;
		else if (c == 'h')
			help();
		else if (!option_number(o, c, optarg))
			exit(2);
	}
	if (optind != argc)
		die(2, "unexpected argument: '%.64s'", argv[optind]);
	options_check(o, agents);
}

int
main(int argc, char **argv)
{
	struct store *s = grow(NULL, 1, sizeof(*s));

	memset(s, 0, sizeof(*s));
	s->o = (struct options){.days = 60,
		.from = "2026-09-23",
		.tz = "Asia/Shanghai",
		.events = 120000,
		.seed = 1};
	options_read(&s->o, argc, argv);
	streams_make(s);
	window_make(s);
	outputs_open(s);
	world_make(s);
	products_write(s);
	calendar_write(s);
	rates_write(s);
	customers_make(s);
	simulate(s);
	if (s->o.flat != NULL)
		flat_close(s);
	else
		inbox_close(s);
	store_free(s);
	return 0;
}
