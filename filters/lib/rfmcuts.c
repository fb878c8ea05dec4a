/* L3 rfmcuts - cut and split values as text: on the command line, in a file, in the ledger. */
#include "rfmcuts.h"

#define DAYS_MAX 36500

static const char *const axis_name[] = {"r", "f", "m"};
static const char *const how_name[] = {"mean", "median", "fixed"};

/* Takes the next part off *rest, up to a sep byte; false when nothing is left. */
static bool
next_part(struct span *rest, char sep, struct span *part)
{
	if (span_missing(*rest))
		return false;
	const char *end = memchr(rest->ptr, sep, rest->len);
	size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
	*part = (struct span){rest->ptr, len};
	*rest = end ? (struct span){end + 1, rest->len - len - 1} : SPAN_MISSING;
	return true;
}

/* LIMN_USAGE: "where: what is wrong: 'value'". */
static int
bad(struct err *e, const char *where, const char *what, struct span value)
{
	struct buf text = {0};
	buf_quote(&text, value);
	err_set(e, LIMN_USAGE, "%s: %s: %s", where, what, buf_cstr(&text));
	buf_free(&text);
	return e->code;
}

/* An age as a value of R. A unit is asked for: a bare 30 would be read as days by one and as seconds by
 * the other. Seconds may have a fraction; *days is set when the age is told in days or weeks. */
static bool
parse_age(struct span s, struct dec *out, int32_t *days)
{
	int64_t us;
	char unit = s.len ? s.ptr[s.len - 1] : '\0';
	*days = 0;
	if (unit == 's') {
		struct dec n;
		if (!dec_parse((struct span){s.ptr, s.len - 1}, &n) ||
			!dec_mul(n, dec_int(WHEN_SECOND), &n) || !dec_to_int(n, &us) ||
			us == INT64_MIN)
			return false;
	} else if ((unit >= '0' && unit <= '9') || !when_parse_duration(s, &us)) {
		return false;
	} else if (unit == 'd' || unit == 'w') {
		if (us / WHEN_DAY_US > DAYS_MAX)
			return false;
		*days = (int32_t)(us / WHEN_DAY_US);
	}
	*out = dec_int(-us);
	return true;
}

/* The cuts of one axis, worst first. The first axis sets c->bins, the others must agree. */
static int
parse_axis(
	struct rfm_cuts *c, int axis, struct span list, char sep, const char *where, struct err *e)
{
	int count = 0;
	struct span rest = list, part;
	c->n[axis] = 0;
	for (; next_part(&rest, sep, &part); count++) {
		int32_t days = 0;
		struct dec value;
		if (count == RFM_BINS_MAX - 1)
			return bad(e, where, "more than 99 cut values", list);
		if (span_eq(part, SPAN_LIT("-")))
			continue;
		if (c->n[axis] < count)
			return bad(e, where, "a cut value behind one that is not reached", list);
		if (axis == RFM_R && !parse_age(part, &value, &days))
			return bad(e, where, "not an age with its unit (90d, 36h, 10.5s)", part);
		if (axis != RFM_R && !dec_parse(part, &value))
			return bad(e, where, "not a number", part);
		if (count && dec_cmp(value, c->at[axis][count - 1]) < 0)
			return bad(e, where, "cut values go from the worst to the best", list);
		c->at[axis][count] = value;
		if (axis == RFM_R)
			c->days[count] = days;
		c->n[axis]++;
	}
	if (c->bins && count != c->bins - 1)
		return bad(e, where, "R, F and M need the same number of cut values", list);
	c->bins = count + 1;
	return LIMN_OK;
}

int
rfm_cuts_parse(const char *spec, struct rfm_cuts *c, struct err *e)
{
	unsigned seen = 0;
	struct span rest = span_str(spec), item;
	memset(c, 0, sizeof(*c));
	while (next_part(&rest, ';', &item)) {
		const char *letter = item.len > 1 && item.ptr[1] == ':' && item.ptr[0]
					     ? strchr("rfmRFM", item.ptr[0])
					     : NULL;
		if (!letter)
			return bad(e, "--cuts", "not R:, F: or M: with cut values", item);
		int axis = (int)(strchr("rfm", *letter | 32) - "rfm");
		if (seen >> axis & 1)
			return bad(e, "--cuts", "given twice", item);
		seen |= 1u << axis;
		if (parse_axis(
			    c, axis, (struct span){item.ptr + 2, item.len - 2}, ',', "--cuts", e))
			return e->code;
	}
	if (seen != 7)
		return bad(e, "--cuts", "R, F and M are all needed", span_str(spec));
	c->known = true;
	return LIMN_OK;
}

/* "num" or "num/den". */
static bool
parse_fraction(struct span s, struct dec *num, uint64_t *den)
{
	struct span part, rest = s;
	*den = 1;
	if (!next_part(&rest, '/', &part) || !dec_parse(part, num))
		return false;
	return span_missing(rest) || (num_u64(rest, den) && *den > 0);
}

int
rfm_split_parse(const char *spec, struct rfm_split *sp, struct err *e)
{
	struct span s = span_str(spec), part;
	*sp = (struct rfm_split){.den = 1};
	for (sp->how = RFM_MEAN; sp->how < RFM_FIXED; sp->how++)
		if (span_eq(s, span_str(how_name[sp->how])))
			return LIMN_OK;
	if (!next_part(&s, ':', &part) || !span_eq(part, SPAN_LIT("fixed")))
		return bad(e, "--split", "not mean, median or fixed:R,F,M", span_str(spec));
	for (int axis = 0; axis < RFM_AXES; axis++)
		if (!next_part(&s, ',', &part) || !dec_parse(part, &sp->num[axis]))
			return bad(e, "--split", "not three numbers: days, orders, amount",
				span_str(spec));
	if (!span_missing(s))
		return bad(e, "--split", "not three numbers: days, orders, amount", span_str(spec));
	sp->known = true;
	return LIMN_OK;
}

/* ---- as text ---- */

static void
put_dec(struct buf *b, struct dec d)
{
	char text[DEC_TEXT_MAX];
	size_t len = dec_format(d, text);
	buf_put(b, text, len);
}

/* The age of a value of R in seconds: -v / 10^6, without a division. */
static void
put_age(struct buf *b, struct dec v)
{
	struct dec age = {-v.v, 6};
	dec_add(age, dec_int(0), &age);
	put_dec(b, age);
	buf_byte(b, 's');
}

void
rfm_cuts_text(struct buf *b, const struct rfm_cuts *c, int axis)
{
	for (int k = 0; k < c->bins - 1; k++) {
		if (k)
			buf_byte(b, ' ');
		if (k >= c->n[axis])
			buf_byte(b, '-');
		else if (axis == RFM_R)
			put_age(b, c->at[axis][k]);
		else
			put_dec(b, c->at[axis][k]);
	}
}

void
rfm_split_text(struct buf *b, const struct rfm_split *sp, int axis)
{
	put_dec(b, sp->num[axis]);
	if (sp->den != 1) {
		buf_byte(b, '/');
		buf_uint(b, sp->den);
	}
}

void
rfm_cuts_json(struct buf *b, const struct rfm_cuts *c, const struct rfm_split *sp)
{
	for (int axis = 0; axis < RFM_AXES && c->known; axis++) {
		buf_printf(b, "%s\"%s\":\"", axis ? "," : ",\"cuts\":{", axis_name[axis]);
		rfm_cuts_text(b, c, axis);
		buf_str(b, axis == RFM_M ? "\"}" : "\"");
	}
	for (int axis = 0; axis < RFM_AXES && c->known && sp->known; axis++) {
		if (axis == 0)
			buf_printf(b, ",\"split\":{\"how\":\"%s\"", how_name[sp->how]);
		buf_printf(b, ",\"%s\":\"", axis_name[axis]);
		rfm_split_text(b, sp, axis);
		buf_str(b, axis == RFM_M ? "\"}" : "\"");
	}
}

/* ---- the file ---- */

struct file {
	struct rfm_cuts *cuts;
	struct rfm_split *split;
	int32_t *as_of, *window;
	unsigned axes, splits; /* bits of the axes seen */
};

static int
read_split(struct file *f, int axis, struct span value, const char *where, struct err *e)
{
	uint64_t den;
	if (!parse_fraction(value, &f->split->num[axis], &den) ||
		(f->splits && den != f->split->den))
		return bad(e, where, "not a fraction with the others' divisor", value);
	f->split->den = den;
	f->splits |= 1u << axis;
	return LIMN_OK;
}

static int
read_how(struct file *f, struct span value, const char *where, struct err *e)
{
	for (enum rfm_how how = RFM_MEAN; how <= RFM_FIXED; how++)
		if (span_eq(value, span_str(how_name[how]))) {
			f->split->how = how;
			return LIMN_OK;
		}
	return bad(e, where, "not mean, median or fixed", value);
}

/* One line of the file. */
static int
read_member(struct file *f, struct span name, struct span value, const char *where, struct err *e)
{
	uint64_t n;
	for (int axis = 0; axis < RFM_AXES; axis++) {
		if (span_eq(name, span_str(axis_name[axis]))) {
			f->axes |= 1u << axis;
			return parse_axis(f->cuts, axis, value, ' ', where, e);
		}
		if (name.len == 7 && memcmp(name.ptr, "split_", 6) == 0 &&
			name.ptr[6] == *axis_name[axis])
			return read_split(f, axis, value, where, e);
	}
	if (span_eq(name, SPAN_LIT("split")))
		return read_how(f, value, where, e);
	if (span_eq(name, SPAN_LIT("as_of")))
		return when_parse_day(value, f->as_of) ? LIMN_OK
						       : bad(e, where, "not a day", value);
	if (span_eq(name, SPAN_LIT("customers")))
		return LIMN_OK;
	if (!num_u64(value, &n) || n > DAYS_MAX)
		return bad(e, where, "not a number", value);
	if (span_eq(name, SPAN_LIT("window")) && n > 0)
		*f->window = (int32_t)n;
	else if (!span_eq(name, SPAN_LIT("bins")) || n < 2 || n > RFM_BINS_MAX)
		return bad(e, where, "not a member of a file of cuts", name);
	else if (f->axes && f->cuts->bins != (int)n)
		return bad(e, where, "not one more than the cut values", value);
	else
		f->cuts->bins = (int)n;
	return LIMN_OK;
}

static int
read_members(struct rec_in *in, struct file *f, const char *path, struct err *e)
{
	const struct rec_batch *b;
	int name = rec_in_need(in, "name", REC_TEXT, e),
	    value = rec_in_need(in, "value", REC_TEXT, e);
	if (name < 0 || value < 0)
		return e->code;
	while (rec_in_next(in, &b, e) > 0)
		for (size_t i = 0; i < b->n && !e->code; i++) {
			struct buf where = {0};
			struct span key = b->col[name].text[i], text = b->col[value].text[i];
			buf_printf(&where, "%s:%llu", path, (unsigned long long)b->line[i]);
			if (span_missing(key) || span_missing(text))
				bad(e, buf_cstr(&where), "name or value is missing", key);
			else
				read_member(f, key, text, buf_cstr(&where), e);
			buf_free(&where);
		}
	return e->code;
}

int
rfm_file_read(const char *path, struct rfm_cuts *c, struct rfm_split *sp, int32_t *as_of,
	int32_t *window, struct err *e)
{
	struct rec_in_opts opts = REC_IN_DEFAULTS;
	struct rfm_split own = *sp;
	struct file f = {c, &own, as_of, window, 0, 0};
	opts.files = &path;
	opts.nfiles = 1;
	opts.enc = REC_TSV;
	memset(c, 0, sizeof(*c));
	struct rec_in *in = rec_in_open(&opts, e);
	if (!in)
		return e->code;
	int code = read_members(in, &f, path, e);
	rec_in_free(in);
	if (code)
		return code;
	if ((f.axes && f.axes != 7) || (f.splits && f.splits != 7) || !c->bins)
		return err_set(e, LIMN_USAGE,
			"%s: not a whole file of cuts: bins, all or none of r f m and of "
			"split_r split_f split_m",
			path);
	c->known = f.axes == 7;
	if (f.splits) {
		own.known = true;
		*sp = own;
	}
	return LIMN_OK;
}

struct rec_out *
rfm_file_open(const char *path, struct err *e)
{
	static const struct rec_name names[] = {{"name", REC_TEXT}, {"value", REC_TEXT}};
	struct rec_out_opts opts = {.path = path, .enc = REC_TSV};
	return rec_out_open(&opts, NULL, names, 2, e);
}

static void
put_member(struct rec_out *out, const char *name, struct buf *value)
{
	rec_out_row(out, (struct span[]){span_str(name), buf_as_span(value)});
	value->len = 0;
}

void
rfm_file_write(struct rec_out *out, const struct rfm_cuts *c, const struct rfm_split *sp,
	const struct rfm_set *s)
{
	struct buf b = {0};
	char day[WHEN_TEXT_MAX];
	if (s->as_of != WHEN_DAY_MISSING) {
		size_t len = when_format_day(s->as_of, day);
		buf_put(&b, day, len);
		put_member(out, "as_of", &b);
	}
	buf_uint(&b, (uint64_t)s->window);
	put_member(out, "window", &b);
	buf_uint(&b, rfm_active(s));
	put_member(out, "customers", &b);
	buf_uint(&b, (uint64_t)c->bins);
	put_member(out, "bins", &b);
	for (int axis = 0; axis < RFM_AXES && c->known; axis++) {
		rfm_cuts_text(&b, c, axis);
		put_member(out, axis_name[axis], &b);
	}
	for (int axis = 0; axis < RFM_AXES && c->known && sp->known; axis++) {
		if (axis == 0)
			buf_str(&b, how_name[sp->how]), put_member(out, "split", &b);
		char name[] = "split_x";
		name[6] = *axis_name[axis];
		rfm_split_text(&b, sp, axis);
		put_member(out, name, &b);
	}
	buf_free(&b);
}
