/* L4 rules_int - what the parts of the rule language share; private to rules*.c.
 *
 *     text --lex--> tokens --parse--> trees (struct ast) --check--> nodes (struct node)
 *
 * Nodes are the checked program: an array in which operands come before what uses them and in which the
 * same computation is there once (hash-consed), so that evaluating a batch is one walk over the nodes that
 * are needed, each filling its own vector. What hangs below an aggregate is evaluated over records, what
 * stands above one over groups. Trees, names and texts live in the arena of struct rules. */
#ifndef LIMN_RULES_INT_H
#define LIMN_RULES_INT_H

#include "keyset.h"
#include "rules.h"

#define RULES_NONE UINT32_MAX
#define RULES_DEPTH 200  /* parentheses, calls, not */
#define RULES_CHAIN 2000 /* trees and definitions under one another, while checking */
#define RULES_FLEX 5     /* the type of a column: what its context needs */
#define RULES_SOURCE_MAX (64u << 20)

/* A place in the sources. */
struct pos {
	uint32_t src, off;
};

struct rules_src {
	char *name, *text;
	size_t len;
};

/* ---- lexer ---- */

enum tok {
	TOK_END,
	TOK_NAME,
	TOK_QUOTED, /* "a name" */
	TOK_TEXT,
	TOK_NUM,
	TOK_DAY,
	TOK_TIME,
	TOK_SPAN, /* 30d, without its sign */
	TOK_LP,
	TOK_RP,
	TOK_COMMA,
	TOK_SEMI,
	TOK_EQ,
	TOK_NE,
	TOK_LT,
	TOK_LE,
	TOK_GT,
	TOK_GE,
	TOK_PLUS,
	TOK_MINUS,
	TOK_STAR,
	TOK_SLASH,
	TOK_AND, /* reserved words from here on */
	TOK_OR,
	TOK_NOT,
	TOK_IN,
	TOK_IS,
	TOK_NULL,
	TOK_BETWEEN,
	TOK_CASE,
	TOK_WHEN,
	TOK_THEN,
	TOK_ELSE,
	TOK_FINISH, /* end */
	TOK_TRUE,
	TOK_FALSE,
	TOK_WHERE,
	TOK_TODAY,
	TOK_YESTERDAY
};

struct token {
	enum tok kind;
	struct pos pos;
	struct span raw;  /* as written */
	struct span text; /* a name, or a text without its quotes and escapes */
	struct dec num;   /* also the number of a TOK_SPAN */
	int64_t time;
	int32_t day;
	char unit; /* of a TOK_SPAN: d w m y */
};

struct lexer {
	uint32_t src;
	const char *s;
	size_t at, len;
};

/* The next token; false with e filled. */
bool rules_lex(struct rules *r, struct lexer *lx, struct token *t, struct err *e);

/* ---- trees ---- */

enum ast_kind {
	AST_NUM,
	AST_TEXT,
	AST_DAY,
	AST_TIME,
	AST_BOOL,
	AST_REL, /* as-of moved by time units */
	AST_NAME,
	AST_CALL,
	AST_SUM,     /* kids joined by + or - */
	AST_PRODUCT, /* kids joined by * or / */
	AST_NEG,
	AST_CASE,    /* condition, value, … and perhaps the else value */
	AST_SEGMENT, /* segment NAME; conditions from here on */
	AST_CMP,
	AST_BETWEEN, /* x, low, high */
	AST_IN,      /* x, value … */
	AST_CONTAINS,
	AST_STARTS,
	AST_ENDS,
	AST_ISNULL,
	AST_MATCHES, /* text: the fact; kids: what stands between the commas */
	AST_NOT,
	AST_AND,
	AST_OR
};

struct ast {
	uint8_t kind;
	uint8_t op;   /* of AST_CMP: the token */
	uint8_t nat;  /* natural type, once known; 0xff before */
	char join;    /* + - * / before this kid */
	char unit;    /* AST_REL */
	bool negated; /* not in, is not null … */
	bool flag;    /* AST_BOOL: its value; AST_CASE: has an else; AST_REL: a length (x + 30d);
			 AST_NAME: stood in double quotes */
	struct pos pos;
	uint32_t from, to; /* where its text stands in the source */
	uint32_t node;     /* what was made of it, RULES_NONE before */
	uint32_t rows;     /* AST_MATCHES: how many rows its filters let through */
	struct ast *kid, *next;
	struct ast *by, *where; /* of an aggregate */
	struct span text;       /* a name, a text, a number's digits */
	int64_t time;           /* AST_TIME, AST_DAY; AST_REL: how many units */
};

enum def_kind { DEF_PARAM, DEF_METRIC, DEF_TAG, DEF_SEGMENT, DEF_FACT, DEF_KINDS };
enum def_state { DEF_NEW, DEF_OPEN, DEF_DONE };

struct label {
	const char *lang, *text;
	struct label *next;
};

struct def {
	uint8_t kind, state, type;
	bool used; /* others refer to it */
	const char *name;
	struct pos pos;
	struct label *labels;
	struct ast *body;   /* of a fact: the condition of its rows, or NULL */
	struct ast *weight; /* of a fact: how many a row stands for, or NULL */
	uint32_t stream;    /* of a fact: from 1 */
	const char *set;    /* a param's value from --set, or NULL */
	uint32_t node;      /* of a fact without a condition: RULES_NONE */
};

struct parser {
	struct rules *r;
	struct err *e;
	struct lexer lx;
	struct token t, ahead;
	uint32_t behind; /* where the token before t ended */
	int depth;
	bool failed;
};

/* What statements and expressions share; all return false or NULL once p->failed. */
bool rules_begin(struct parser *p, struct rules *r, uint32_t src, struct err *e);
bool rules_advance(struct parser *p);
bool rules_take(struct parser *p, enum tok kind, const char *what);
void *rules_expected(struct parser *p, const char *what, bool after);
bool rules_word(const struct token *t, const char *w);
struct ast *rules_parse_tree(struct parser *p);

/* Reads a whole source into r->def. `open_end`: the last ';' may be left out. */
bool rules_parse_source(struct rules *r, uint32_t src, bool open_end, struct err *e);
/* Reads one expression that is all of the source. NULL with e filled. */
struct ast *rules_parse_expr(struct rules *r, uint32_t src, struct err *e);

/* ---- nodes ---- */

enum op {
	OP_CONST,
	OP_COL,  /* text: the column; aux: enum rec_type */
	OP_ROOT, /* a: the body of definition aux; what others refer to */
	OP_AGG,  /* aux: enum agg_kind; list: arguments; a: by; b: where */
	OP_FACT, /* the same over a person's rows of a stream; a value of the person */
	OP_CMP,  /* aux: which of < = > are true, as bits 1 2 4 */
	OP_IN,   /* a among the constants of list */
	OP_CONTAINS,
	OP_STARTS,
	OP_ENDS,
	OP_ISNULL,
	OP_NOT,
	OP_AND,
	OP_OR,
	OP_CASE,
	OP_COALESCE,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_DAYS_ADD,   /* a day and a number of days */
	OP_MONTHS_ADD, /* a day and aux months */
	OP_TO_TEXT,
	OP_TO_NUM,
	OP_TO_TIME,
	OP_TO_DAY,
	OP_LOWER,
	OP_UPPER,
	OP_TRIM,
	OP_LENGTH,
	OP_CONCAT,
	OP_SUBSTR,
	OP_REPLACE,
	OP_DOMAIN,
	OP_HAS_PART, /* the text, then the parts */
	OP_SIZE,
	OP_ITEM,
	OP_SPLIT,
	OP_LOOKUP, /* a: the key; map, aux: its column; text: what the map holds */
	OP_LEAST,
	OP_GREATEST,
	OP_YEAR,
	OP_MONTH,
	OP_MDAY,
	OP_MONTH_DAY,
	OP_WEEKDAY,
	OP_QUARTER,
	OP_WEEK,
	OP_HOUR,
	OP_YEARS_BETWEEN,
	OP_DAYS_BETWEEN,
	OP_SECONDS_BETWEEN,
	OP_ROUND,
	OP_FLOOR,
	OP_ABS,
	OP_ANNIVERSARY /* of day a: the first on or after day b */
};

struct node {
	uint8_t op, type;
	bool constant;
	bool grouped; /* an aggregate, or above one */
	uint32_t a, b, c;
	uint32_t *list;
	uint32_t nlist;
	uint32_t stream; /* OP_COL and OP_FACT: whose rows; 0: the input's, else a stream from 1 */
	int64_t aux;
	struct span text;
	struct pos pos; /* where it was first asked for */
	uint64_t print; /* fingerprint of the computation, the same in every run */
	int slot;       /* OP_COL: of the reader */
	uint32_t same;  /* the node to use instead: its value, when that is constant */
	bool made;
	uint32_t mask; /* index of row i is i & mask: 0 for constants */
	struct rules_vec v;
	void *mem;          /* what v points to, if this node owns it */
	struct buf bytes;   /* texts that this node makes */
	struct keyset *set; /* OP_IN over many texts */
	const struct map *map;
};

/* A lookup table: schemas/maps/NAME.tsv. */
struct map {
	char *name, *path;
	struct keyset *names, *keys; /* ids: columns from 0, rows */
	struct span **value;         /* by column, then by row */
	size_t *cap;
	char print[24]; /* of all its bytes */
	struct arena text;
};

struct rules {
	struct rules_env env;
	struct arena arena;
	struct rules_src *src;
	size_t nsrc, src_cap;
	struct def *def;
	size_t ndef, def_cap;
	struct keyset *names; /* id = index in def */
	struct {
		uint32_t *index;
		size_t n;
	} of[DEF_KINDS]; /* the definitions of each kind, in order */
	struct node *node;
	size_t nnode, node_cap;
	struct keyset *shapes; /* id = index in node */
	struct map **map;      /* those that are used */
	size_t nmap, map_cap;
	struct buf key;        /* scratch for shapes and messages */
	bool single;           /* one expression, of a program that need not know --as-of */
	uint32_t expr;         /* node of rules_expr */
	struct stream *stream; /* what facts are made of (rules_group.h); stream n is n - 1 here */
	size_t nstream, stream_cap;
	int key_slot; /* slot of the input's column that streams are merged by */
	struct rec_in *in;
	uint32_t *order, *group_order; /* nodes to evaluate over records and over groups */
	size_t norder, ngroup_order;
	size_t bad_row; /* where evaluation failed, and in which node */
	uint32_t bad_node;
};

bool rules_read_file(const char *path, const char *what, struct buf *b, struct err *e);
uint32_t rules_add_text(struct rules *r, const char *name, const char *text); /* a new source */
enum rec_type rules_rec_type(int type);
/* Fills e: "name:line:col: message", the line, a caret, the hint if there is one. Returns false. */
bool rules_fail(struct rules *r, struct err *e, struct pos at, const char *hint, const char *fmt,
	...) __attribute__((format(printf, 5, 6)));
/* "did you mean 'x'?" in the arena, or NULL when no name is near. */
const char *rules_nearest(struct rules *r, const char *want, const char *const *names, size_t n);
/* The names of the definitions of one kind but those being checked, in order; to be freed. */
const char **rules_def_names(struct rules *r, enum def_kind kind, size_t *n);
struct def *rules_find(struct rules *r, struct span name);
/* "file:line:col" into the arena. */
const char *rules_place(struct rules *r, struct pos at);

/* A node like *proto (op, type, a, b, c, list, nlist, stream, aux, text, pos): an old one or a new one; computed at
 * once when all its operands are constants. RULES_NONE with e filled when that overflows. */
uint32_t rules_node(struct rules *r, struct node *proto, struct err *e);
uint32_t rules_node_num(struct rules *r, struct dec x, struct pos at);
uint32_t rules_node_text(struct rules *r, struct span s, struct pos at);
uint32_t rules_node_day(struct rules *r, int32_t day, struct pos at);
uint32_t rules_node_time(struct rules *r, int64_t t, struct pos at);
uint32_t rules_node_bool(struct rules *r, bool b, struct pos at);
void rules_nodes_free(struct rules *r);

enum agg_kind { AGG_COUNT, AGG_SUM, AGG_MIN, AGG_MAX, AGG_DISTINCT, AGG_FIRST, AGG_LAST, AGG_AVG };

/* A function by name. arg: types of the arguments; RULES_FLEX: any. form: how it is written, a hint. */
struct rules_func {
	const char *name;
	uint8_t op, result, min, max;
	uint8_t arg[3];
	bool aggregate; /* then op is an enum agg_kind */
	const char *form;
};
const struct rules_func *rules_func(struct span name);
#define RULES_FUNC_MAX 96
void rules_func_names(const char **names, size_t *n); /* at most RULES_FUNC_MAX */

/* ---- check ---- */

enum scope {
	IN_CONST,  /* a param: no columns */
	IN_RECORD, /* tags, segments, what stands inside an aggregate: columns */
	IN_GROUP,  /* a metric: aggregates and other metrics */
	IN_ROW,    /* a fact and the filters of matches: columns of check.stream */
	IN_FACT    /* the aggregates of matches: count, sum_COL … of check.fact */
};

struct check {
	struct rules *r;
	struct err *e;
	int depth;
	uint32_t stream;        /* in IN_ROW and IN_FACT: from 1 */
	const struct def *fact; /* in IN_FACT: the fact, and the node of its filters */
	uint32_t where;
};

/* The natural type of a tree, RULES_FLEX, or -1 after a failure. */
int rules_nat(struct check *c, struct ast *a, enum scope in);
/* The type that goes with both: what stood before and a. -1 when they do not go together. */
int rules_merge(struct check *c, struct ast *a, int before, enum scope in);
/* Makers of nodes; RULES_NONE after a failure. */
uint32_t rules_make(struct check *c, enum op op, int type, uint32_t a, uint32_t b, struct pos at);
uint32_t rules_make_list(struct check *c, enum op op, int type, uint32_t a, uint32_t *list,
	uint32_t n, struct pos at);
uint32_t rules_build_list_op(
	struct check *c, struct ast *a, enum op op, int each, int type, enum scope in);
uint32_t *rules_new_list(
	const struct ast *kid); /* room for so many ids and one more; to be freed */
uint32_t rules_mismatch(struct check *c, const struct ast *a, int want, int got);
uint32_t rules_build_call(struct check *c, struct ast *a, int type, enum scope in);
uint32_t rules_build_lookup(struct check *c, struct ast *a, enum scope in);
void rules_maps_free(struct rules *r);
uint32_t rules_build_case(struct check *c, struct ast *a, int type, enum scope in);
/* The node for a as `want`, or RULES_NONE after a failure. */
uint32_t rules_build(struct check *c, struct ast *a, int want, enum scope in);
bool rules_enter(struct check *c, const struct ast *a); /* one level deeper; false: too deep */
struct def *rules_meaning(struct check *c, const struct ast *a, enum scope in, int *type);
struct def *rules_segment_named(struct check *c, const struct ast *a, enum scope in);
const struct rules_func *rules_callee(struct check *c, const struct ast *a, enum scope in);
int rules_unknown(struct check *c, const struct ast *a, const char *what, const char *const *names,
	size_t n, const char *otherwise); /* "unknown WHAT 'name'" and the nearest; -1 */

/* matches (rules_fact.c). A name among its aggregates: what it asks for and of which column. */
struct fact_agg {
	enum agg_kind kind;
	struct span column; /* of length 0 for count */
};
bool rules_fact_agg(const struct ast *a, struct fact_agg *out);
int rules_fact_nat(struct check *c, const struct ast *a);
uint32_t rules_build_fact_agg(struct check *c, const struct ast *a, int want);
uint32_t rules_build_matches(struct check *c, struct ast *a, enum scope in);
struct def *rules_resolved(struct check *c, struct def *d, const struct ast *from);
uint32_t rules_build_column(
	struct check *c, struct span name, int type, uint32_t stream, struct pos at);

bool rules_check_all(struct rules *r, struct err *e);
bool rules_check_expr(struct rules *r, struct ast *a, struct err *e); /* sets r->expr */
const char *rules_type_name(int type);

/* ---- evaluation ---- */

/* Gives the node room for n rows. */
void rules_vec_alloc(struct rules *r, struct node *n, size_t rows);
/* Fills the node's vector; false with r->bad_row, r->bad_node set when a result does not fit. */
bool rules_eval_node(struct rules *r, uint32_t id, size_t rows);
bool rules_eval_func(struct rules *r, struct node *n, size_t rows); /* the functions' part of it */
void rules_eval_text(const struct rules *r, struct node *n, size_t rows); /* and theirs, on texts */
void rules_eval_list(const struct rules *r, struct node *n, size_t rows);
void rules_eval_choice(const struct rules *r, struct node *n, size_t rows); /* least, greatest */
void rules_eval_lookup(const struct rules *r, struct node *n, size_t rows);
/* Texts whose bytes were appended one after the other to n->bytes, which moved: from lengths to places. */
void rules_place_texts(struct node *n, size_t rows);
/* Whether item is in the list, "a, b" or JSON's ["a","b"]; A-Z are a-z, blanks around items do not count. */
bool rules_list_contains(struct span list, struct span item, struct buf *scratch);

/* The nodes that roots need, over records or, with `grouped`, over groups, in order; with room for a batch. */
uint32_t *rules_order(
	struct rules *r, const uint32_t *roots, size_t n, bool grouped, size_t *norder);
/* Resolves the columns among the nodes in order. `stream` is its name in messages, NULL: the input. */
bool rules_bind_columns(struct rules *r, struct rec_in *in, const char *stream,
	const uint32_t *order, size_t n, struct err *e);
bool rules_is_column(struct rec_in *in, const char *name); /* as it stands, not derived */
/* Evaluates nodes over a batch of records; -1 with e filled. */
int rules_eval_nodes(struct rules *r, struct rec_in *in, const uint32_t *order, size_t n,
	const struct rec_batch *b, struct err *e);
int rules_eval_batch(struct rules *r, const struct rec_batch *b, struct err *e); /* r->order */

/* Streams (rules_stream.c). */
uint32_t rules_stream_index(struct rules *r, struct span name); /* from 1, a new one if need be */
void rules_plan_streams(struct rules *r);                       /* what r->order needs of them */
int rules_eval_streams(struct rules *r, const struct rec_batch *b, struct err *e);
void rules_free_streams(struct rules *r);
/* False with e filled when r->order needs a stream: "matches" is not for the program `who`. */
bool rules_no_streams(struct rules *r, const char *who, struct err *e);

static inline char
rules_fold(char c) /* A-Z are a-z */
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static inline bool
rules_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline struct span
rules_trim(struct span s)
{
	while (s.len && rules_blank(s.ptr[0]))
		s = (struct span){s.ptr + 1, s.len - 1};
	while (s.len && rules_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* Bytes of a short text as two words: equal words and lengths are equal texts. */
struct words {
	uint64_t a, b;
};

static inline struct words
span_words(struct span s) /* of at most 16 bytes */
{
	struct words w = {0, 0};
	if (s.len >= 8) {
		memcpy(&w.a, s.ptr, 8);
		memcpy(&w.b, s.ptr + s.len - 8, 8);
	} else if (s.len >= 4) {
		uint32_t x, y;
		memcpy(&x, s.ptr, 4);
		memcpy(&y, s.ptr + s.len - 4, 4);
		w.a = x;
		w.b = y;
	} else if (s.len) {
		w.a = (unsigned char)s.ptr[0];
		w.b = (uint64_t)(unsigned char)s.ptr[s.len / 2] << 8 |
		      (unsigned char)s.ptr[s.len - 1];
	}
	return w;
}

/* Same bytes, neither missing: without a call where texts are short, as most are. */
static inline bool
span_same(struct span x, struct span y)
{
	if (!x.ptr || !y.ptr || x.len != y.len)
		return false;
	if (x.len > 16)
		return memcmp(x.ptr, y.ptr, x.len) == 0;
	struct words v = span_words(x), w = span_words(y);
	return v.a == w.a && v.b == w.b;
}

static inline int
dec_order(const struct dec *a, const struct dec *b)
{
	return a->scale == b->scale ? (a->v > b->v) - (a->v < b->v) : dec_cmp(*a, *b);
}

#endif
