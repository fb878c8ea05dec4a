/* What the sample store is made of: places, channels, devices, words. Data for store.c alone. */

#ifndef STORE_H
#define STORE_H

#include <stdint.h>

struct currency {
	const char *code;
	int digits;      /* of the minor unit */
	uint32_t micros; /* millionths of a US dollar for one unit, before the daily walk */
};

static const struct currency currencies[] = {
	{"USD", 2, 1000000},
	{"CNY", 2, 139800},
	{"EUR", 2, 1085000},
	{"GBP", 2, 1268000},
	{"JPY", 0, 6512},
	{"AUD", 2, 661000},
	{"SGD", 2, 745000},
	{"HKD", 2, 128200},
	{"BRL", 2, 184000},
	{"CAD", 2, 731000},
	{"KRW", 0, 726},
	{"CHF", 2, 1123000},
	{"MXN", 2, 54200},
};
enum { N_CURRENCIES = sizeof(currencies) / sizeof(currencies[0]) };

struct country {
	const char *code, *language, *dial;
	int currency;      /* index above */
	int utc_hours;     /* for the hours of the day at which its people are awake */
	unsigned weight;   /* per mille of the visitors */
	unsigned cod;      /* per mille of the orders that are paid at the door */
	unsigned appetite; /* per cent of the usual wish to buy */
};

static const struct country countries[] = {
	{"CN", "zh-CN", "+86", 1, 8, 240, 4, 105},
	{"US", "en-US", "+1", 0, -6, 215, 0, 115},
	{"GB", "en-GB", "+44", 3, 0, 85, 0, 105},
	{"DE", "de-DE", "+49", 2, 1, 80, 0, 110},
	{"FR", "fr-FR", "+33", 2, 1, 60, 0, 90},
	{"JP", "ja-JP", "+81", 4, 9, 65, 60, 125},
	{"AU", "en-AU", "+61", 5, 10, 45, 0, 100},
	{"SG", "en-SG", "+65", 6, 8, 30, 10, 95},
	{"HK", "zh-HK", "+852", 7, 8, 35, 10, 100},
	{"BR", "pt-BR", "+55", 8, -3, 45, 90, 65},
	{"CA", "en-CA", "+1", 9, -5, 30, 0, 100},
	{"KR", "ko-KR", "+82", 10, 9, 30, 0, 90},
	{"CH", "de-CH", "+41", 11, 1, 15, 0, 120},
	{"MX", "es-MX", "+52", 12, -6, 25, 120, 60},
};
enum { N_COUNTRIES = sizeof(countries) / sizeof(countries[0]) };
enum { CN = 0, HK = 8 };

struct city {
	int country;
	const char *region, *name;
	unsigned weight;
};

static const struct city cities[] = {
	{0, "CN-SH", "Shanghai", 14},
	{0, "CN-BJ", "Beijing", 12},
	{0, "CN-GD", "Guangzhou", 8},
	{0, "CN-GD", "Shenzhen", 9},
	{0, "CN-SC", "Chengdu", 7},
	{0, "CN-ZJ", "Hangzhou", 6},
	{0, "CN-HB", "Wuhan", 5},
	{0, "CN-JS", "Suzhou", 4},
	{0, "CN-FJ", "Xiamen", 3},
	{0, "CN-LN", "Dalian", 3},
	{0, "CN-SD", "Weifang", 3},
	{0, "CN-GS", "Lanzhou", 3},
	{0, "CN-GZ", "Zunyi", 2},
	{0, "CN-HE", "Handan", 2},
	{0, "CN-YN", "Dali", 1},
	{1, "US-NY", "New York", 10},
	{1, "US-CA", "Los Angeles", 8},
	{1, "US-CA", "San José", 3},
	{1, "US-TX", "Houston", 5},
	{1, "US-IL", "Chicago", 5},
	{1, "US-WA", "Seattle", 4},
	{2, "GB-LND", "London", 9},
	{2, "GB-MAN", "Manchester", 3},
	{2, "GB-EDH", "Edinburgh", 2},
	{3, "DE-BE", "Berlin", 6},
	{3, "DE-BY", "München", 5},
	{3, "DE-NW", "Köln", 4},
	{3, "DE-HH", "Hamburg", 3},
	{4, "FR-IDF", "Paris", 8},
	{4, "FR-ARA", "Lyon", 3},
	{4, "FR-BRE", "Saint-Étienne", 1},
	{5, "JP-13", "Tokyo", 9},
	{5, "JP-27", "Osaka", 4},
	{5, "JP-01", "Sapporo", 2},
	{6, "AU-NSW", "Sydney", 5},
	{6, "AU-VIC", "Melbourne", 5},
	{6, "AU-QLD", "Brisbane", 2},
	{7, "SG-01", "Singapore", 1},
	{8, "HK-HCW", "Hong Kong", 3},
	{8, "HK-KYT", "Kowloon", 2},
	{9, "BR-SP", "São Paulo", 6},
	{9, "BR-RJ", "Rio de Janeiro", 4},
	{9, "BR-DF", "Brasília", 2},
	{10, "CA-ON", "Toronto", 4},
	{10, "CA-QC", "Montréal", 3},
	{10, "CA-BC", "Vancouver", 2},
	{11, "KR-11", "Seoul", 5},
	{11, "KR-26", "Busan", 2},
	{12, "CH-ZH", "Zürich", 4},
	{12, "CH-GE", "Genève", 2},
	{13, "MX-CMX", "Ciudad de México", 5},
	{13, "MX-JAL", "Guadalajara", 2},
};
enum { N_CITIES = sizeof(cities) / sizeof(cities[0]) };

/* Per mille of the peak, by hour of the local day. */
static const uint16_t awake[24] = {180, 90, 50, 40, 40, 70, 150, 280, 420, 560, 640, 660, 690, 700,
	660, 630, 620, 640, 700, 820, 950, 1000, 800, 430};
static const uint16_t weekday_weight[7] = {1120, 1000, 970, 960, 980, 1010, 1130}; /* from Sunday */

enum campaign_kind { NO_CAMPAIGN, SEASONAL, FIXED };

struct channel {
	const char *source, *medium; /* NULL: missing */
	enum campaign_kind kind;
	const char *campaign; /* suffix of the season's name, or the whole name */
	const char *referrer;
	unsigned in_china, abroad; /* weights */
	unsigned click_cents;      /* 0: not paid for by the click */
};

static const struct channel channels[] = {
	{"(direct)", "(none)", NO_CAMPAIGN, NULL, NULL, 160, 130, 0},
	{NULL, NULL, NO_CAMPAIGN, NULL, NULL, 40, 40, 0},
	{"google", "organic", NO_CAMPAIGN, NULL, "https://www.google.com/", 10, 170, 0},
	{"google", "cpc", FIXED, "brand_search", "https://www.google.com/", 5, 90, 62},
	{"google", "cpc", SEASONAL, "_shopping", "https://www.google.com/", 4, 70, 48},
	{"google", "cpc", FIXED, "pmax_cross-network", NULL, 3, 40, 41},
	{"criteo", "cpm", SEASONAL, "_display", NULL, 2, 20, 19},
	{"bing", "organic", NO_CAMPAIGN, NULL, "https://www.bing.com/", 8, 25, 0},
	{"baidu", "organic", NO_CAMPAIGN, NULL, "https://www.baidu.com/link", 120, 1, 0},
	{"baidu", "cpc", SEASONAL, "_brand", "https://www.baidu.com/baidu.php", 60, 0, 35},
	{"xiaohongshu", "social", NO_CAMPAIGN, NULL, "https://www.xiaohongshu.com/", 110, 8, 0},
	{"xiaohongshu", "paid_social", SEASONAL, "_kol", "https://www.xiaohongshu.com/", 60, 2, 55},
	{"wechat", "social", NO_CAMPAIGN, NULL, NULL, 100, 4, 0},
	{"weibo.com", "referral", NO_CAMPAIGN, NULL, "https://weibo.com/", 35, 1, 0},
	{"facebook", "paid_social", SEASONAL, "_prospecting", "https://l.facebook.com/", 2, 80, 58},
	{"facebook", "paid_social", SEASONAL, "_retargeting", "https://l.facebook.com/", 1, 35, 74},
	{"instagram", "social", NO_CAMPAIGN, NULL, "https://l.instagram.com/", 2, 50, 0},
	{"tiktok", "paid_social", SEASONAL, "_spark", "https://www.tiktok.com/", 1, 45, 33},
	{"youtube", "video", NO_CAMPAIGN, NULL, "https://www.youtube.com/", 12, 25, 0},
	{"youtube", "cpv", SEASONAL, "_video", "https://www.youtube.com/", 2, 12, 12},
	{"newsletter", "email", SEASONAL, "_letter", NULL, 25, 55, 0},
	{"partner-ads", "affiliate", FIXED, "creator_2026", "https://deals.partner-ads.example/",
		15, 25, 30},
	{"chatgpt.com", "referral", NO_CAMPAIGN, NULL, "https://chatgpt.com/", 4, 18, 0},
	{"perplexity.ai", "referral", NO_CAMPAIGN, NULL, "https://www.perplexity.ai/", 1, 6, 0},
	{"reddit.com", "referral", NO_CAMPAIGN, NULL, "https://www.reddit.com/r/deals/", 1, 12, 0},
	{"sms", "sms", SEASONAL, "_sms", NULL, 15, 8, 0},
	{"firebase", "push", SEASONAL, "_push", NULL, 20, 12, 0},
	{"spotify", "audio", FIXED, "podcast_autumn", NULL, 0, 4, 0},
	{"kiosk", "qr", FIXED, "fair_canton", NULL, 8, 1, 0},
	{"parents.example", "referral", NO_CAMPAIGN, NULL, "https://www.parents.example/tests", 10,
		20, 0},
	{"taboola", "paid_native", SEASONAL, "_native", "https://news.example/", 2, 12, 15},
	{"etsy", "referral", NO_CAMPAIGN, NULL, "https://www.etsy.com/", 0, 8, 0},
	{"copilot", "chatbot", NO_CAMPAIGN, NULL, "https://copilot.microsoft.com/", 1, 5, 0},
	/* Only the page that linked to the store tells where these come from. */
	{NULL, NULL, NO_CAMPAIGN, NULL, "https://www.google.com/search", 5, 60, 0},
	{NULL, NULL, NO_CAMPAIGN, NULL, "https://m.baidu.com/from=844b/s", 40, 1, 0},
	{NULL, NULL, NO_CAMPAIGN, NULL, "https://uk.pinterest.com/pin/1", 1, 15, 0},
	{NULL, NULL, NO_CAMPAIGN, NULL, "https://www.amazon.com/", 1, 8, 0},
	{NULL, NULL, NO_CAMPAIGN, NULL, "https://gemini.google.com/app", 1, 6, 0},
	{NULL, NULL, NO_CAMPAIGN, NULL, "https://blog.example/gifts?id=1", 8, 12, 0},
};
enum { N_CHANNELS = sizeof(channels) / sizeof(channels[0]), EMAIL_CHANNEL = 20 };

struct device {
	const char *platform, *os, *browser, *agent;
	unsigned in_china, abroad; /* weights */
};

#define MOZILLA "Mozilla/5.0 "
#define KHTML " (KHTML, like Gecko) "
static const struct device phones[] = {
	{"mobile", "iOS", "Safari",
		MOZILLA "(iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15" KHTML
			"Version/18.6 Mobile/15E148 Safari/604.1",
		20, 45},
	{"mobile", "Android", "Chrome",
		MOZILLA "(Linux; Android 15; Pixel 9) AppleWebKit/537.36" KHTML
			"Chrome/141.0.0.0 Mobile Safari/537.36",
		15, 35},
	{"mobile", "Android", "Samsung Internet",
		MOZILLA "(Linux; Android 15; SM-S931B) AppleWebKit/537.36" KHTML
			"SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
		3, 12},
	{"mobile", "iOS", "WeChat",
		MOZILLA "(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15" KHTML
			"Mobile/15E148 MicroMessenger/8.0.60 NetType/WIFI Language/zh_CN",
		30, 2},
	{"mobile", "HarmonyOS", "Huawei Browser",
		MOZILLA "(Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36" KHTML
			"Chrome/114.0.5735.196 HuaweiBrowser/16.0.6 Mobile Safari/537.36",
		20, 1},
	{"tablet", "iOS", "Safari",
		MOZILLA "(iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15" KHTML
			"Version/18.6 Mobile/15E148 Safari/604.1",
		4, 9},
};
static const struct device laptops[] = {
	{"pc", "Windows", "Chrome",
		MOZILLA "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36" KHTML
			"Chrome/141.0.0.0 Safari/537.36",
		45, 40},
	{"pc", "Windows", "Edge",
		MOZILLA "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36" KHTML
			"Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
		25, 18},
	{"pc", "macOS", "Safari",
		MOZILLA "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15" KHTML
			"Version/18.6 Safari/605.1.15",
		12, 22},
	{"pc", "Windows", "Firefox",
		MOZILLA "(Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0", 6,
		12},
	{"pc", "Linux", "Firefox",
		MOZILLA "(X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", 1, 3},
};
static const struct device apps[] = {
	{"app", "iOS", "LimnStore", "LimnStore/5.2.1 (iPhone16,1; iOS 18.6; Scale/3.00)", 50, 55},
	{"app", "Android", "LimnStore", "LimnStore/5.2.0 (Linux; Android 15; okhttp/4.12.0)", 50,
		45},
};
static const struct device bots[] = {
	{"pc", NULL, "Googlebot",
		MOZILLA "AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; "
			"+http://www.google.com/bot.html) Chrome/141.0.0.0 Safari/537.36",
		1, 4},
	{"pc", NULL, "bingbot",
		MOZILLA "(compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 1, 2},
	{"pc", NULL, "Baiduspider",
		MOZILLA "(compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
		3, 1},
	{"pc", NULL, "GPTBot",
		MOZILLA "AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
			"+https://openai.com/gptbot)",
		1, 2},
	{"pc", NULL, "AhrefsBot", MOZILLA "(compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
		1, 1},
	{NULL, NULL, NULL,
		MOZILLA "AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; "
			"+claudebot@anthropic.com)",
		1, 1},
	{NULL, NULL, NULL, "curl/8.14.1", 1, 1},
};
#undef MOZILLA
#undef KHTML
#define COUNT(a) ((unsigned)(sizeof(a) / sizeof((a)[0])))

struct category {
	const char *name, *page;
	uint32_t low, high; /* US cents */
	unsigned weight;    /* per mille of the products */
	const char *nouns[4];
	const char *nouns_cn[2];
};

static const struct category categories[] = {
	{"baby", "/c/baby", 900, 6500, 200,
		{"Infant Formula Stage 2", "Soft Nappies", "Cotton Romper", "Baby Carrier"},
		{"婴儿配方奶粉", "新生儿连体衣"}},
	{"apparel", "/c/apparel", 1500, 12000, 180,
		{"Linen Shirt", "Knit Cardigan", "Wide Trousers", "Silk Scarf"},
		{"亚麻衬衫", "针织开衫"}},
	{"beauty", "/c/beauty", 800, 9000, 180,
		{"Night Serum", "Cushion Foundation", "Lip Tint", "Sun Milk SPF 50"},
		{"保湿精华", "防晒乳"}},
	{"shoes", "/c/shoes", 2500, 16000, 100,
		{"Running Shoes", "Leather Boots", "Canvas Sneakers", "Rain Boots"},
		{"跑步鞋", "小白鞋"}},
	{"coat", "/c/coat", 7000, 38000, 70,
		{"Wool Coat", "Down Jacket", "Trench Coat", "Quilted Parka"},
		{"羊毛大衣", "羽绒服"}},
	{"home", "/c/home", 600, 14000, 90,
		{"Bamboo Towel Set", "Ceramic Teapot", "Desk Lamp", "Goose-Down Pillow"},
		{"陶瓷茶壶", "竹纤维毛巾"}},
	{"electronics", "/c/electronics", 1800, 45000, 80,
		{"Noise-Cancelling Headphones", "Travel Charger", "Smart Scale", "Action Camera"},
		{"降噪耳机", "旅行充电器"}},
	{"toys", "/c/toys", 700, 7000, 60,
		{"Plush Panda", "Building Blocks", "Puzzle 1000", "Kite"}, {"毛绒熊猫", "积木"}},
	{"health", "/c/health", 1200, 6000, 30,
		{"Fish Oil 120", "Vitamin D3", "Probiotic Sachets", "Collagen Drink"},
		{"鱼油胶囊", "胶原蛋白饮"}},
	{"Pets, garden", "/c/pets-garden", 500, 8000, 10,
		{"Cat Tree 24\"", "Seed Box", "Dog Raincoat", "Watering Can, 5 l"},
		{"猫爬架", "花洒"}},
};
enum { N_CATEGORIES = sizeof(categories) / sizeof(categories[0]) };

static const char *const brands[] = {"Nordlys", "花间 Hanami", "L'Étoile", "Löwe & Söhne", "Kumo",
	"Peak & Pine", "Mäuschen", "Aurora", "小竹", "Terra Viva", "Oak, Ash & Co", "Juniper"};
static const char *const adjectives[] = {
	"Classic", "Everyday", "Limited", "Organic", "Light", "Premium", "Travel", "Winter"};
static const char *const queries[] = {"coat", "formula", "serum", "gift", "running+shoes",
	"headphones", "%E7%BE%BD%E7%BB%92%E6%9C%8D", "towel", "panda", "spf50", "boots", "teapot"};
/* Queries as careless trackers log them: to be quoted in CSV. */
static const char *const odd_queries[] = {"shirt, blue", "24\" suitcase", "羊毛大衣",
	"gift for mum,\nunder 50", "\"wool coat\" size M"};
static const char *const pages[] = {"/", "/sale", "/new", "/about", "/blog/autumn-edit",
	"/size-guide", "/shipping", "/account"};

struct answer {
	const char *text;
	unsigned percent;
};

/* Shares of the survey: about those that a cross-border store's own study reported. */
static const struct answer occupations[] = {{"freelancer", 34}, {"executive", 27}, {"student", 18},
	{"employee", 15}, {"other", 6}, {NULL, 0}};
static const struct answer incomes[] = {
	{"low", 22}, {"middle", 30}, {"upper_middle", 32}, {"high", 16}, {NULL, 0}};
static const struct answer educations[] = {
	{"school", 14}, {"college", 24}, {"bachelor", 44}, {"master", 18}, {NULL, 0}};
static const struct answer families[] = {{"single", 31}, {"couple", 24}, {"children_0_3", 22},
	{"children_4_12", 15}, {"children_13_plus", 8}, {NULL, 0}};
static const struct answer satisfactions[] = {
	{"5", 35}, {"4", 30}, {"3", 18}, {"2", 11}, {"1", 6}, {NULL, 0}};
static const struct answer scores[] = {{"10", 20}, {"9", 20}, {"8", 19}, {"7", 14}, {"6", 9},
	{"5", 7}, {"4", 4}, {"3", 3}, {"2", 1}, {"1", 1}, {"0", 2}, {NULL, 0}};
static const struct answer info_channels[] = {{"xiaohongshu", 54}, {"wechat_moments", 48},
	{"youtube", 42}, {"site_search", 38}, {"traditional_ads", 18}, {"tv_shopping", 12},
	{NULL, 0}};
static const struct answer drivers[] = {{"quality", 90}, {"price", 85}, {"brand", 70},
	{"reviews", 62}, {"recommendation", 60}, {NULL, 0}};
static const struct answer improvements[] = {
	{"logistics_speed", 42}, {"product_quality", 38}, {"after_sales", 25}, {NULL, 0}};
static const struct answer barriers[] = {{"shipping_cost", 46}, {"price", 40},
	{"delivery_time", 33}, {"payment_method", 14}, {"trust", 12}, {"just_looking", 30},
	{NULL, 0}};
static const char *const comments[] = {"Schnelle Lieferung, gerne wieder", "物流有点慢,包装很好",
	"The box said \"fragile\" and arrived open", "Good price.\nWill order again.",
	"ótimo produto"};

#endif
