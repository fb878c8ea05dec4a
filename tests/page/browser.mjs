// browser - opens pages in Chromium as readers do, and looks whether they keep their promises.
//
//     node browser.mjs PAGES ARTIFACTS
//
// PAGES holds NAME.html and NAME.json, the portrait it was made of: store, hostile, orders, events, none, one, many.
// Prints `ok PROMISE` or `not ok PROMISE` and, behind a tab, what was found instead, a line each. Writes screenshots to
// ARTIFACTS and, for try-segment, what the composer composed to PAGES/composed: the command, a tab, how many people.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const [pages, artifacts] = process.argv.slice(2);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WORDS = JSON.parse(readFileSync(new URL('../../pipelines/report/words.json', import.meta.url)));
const WIDE = 1440, NARROW = 390;
// No scene takes a tenth of it; a page that hangs is told as such.
const LONGEST = 120000;
const portraits = {};
const portraitOf = (name) => (portraits[name] ??= JSON.parse(readFileSync(`${pages}/${name}.json`)));

// ---- pages ---------------------------------------------------------------------------------------------
const browser = await chromium.launch({
	executablePath: execFileSync('bash', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome']).toString().trim(),
	args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// A page that is open: `troubles` are messages, errors, dialogs and requests, of which a good page has none.
async function open(name, { width = WIDE, scheme = 'light', hash = 'lang=en' } = {})
{
	const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, locale: 'en-GB', reducedMotion: 'reduce', acceptDownloads: true });
	const page = await context.newPage();
	page.setDefaultTimeout(60000);
	const file = `file://${pages}/${name}.html`;
	const troubles = [];
	page.on('console', (message) => ['error', 'warning', 'assert'].includes(message.type()) && troubles.push(`console: ${message.text()}`));
	page.on('pageerror', (error) => troubles.push(`error: ${error.stack || error.message}`));
	page.on('dialog', (dialog) => { troubles.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
	page.on('request', (request) => {
		const url = request.url();
		if (url.split('#')[0] !== file && !/^(data|blob):/.test(url))
			troubles.push(`request: ${url}`);
	});
	await page.goto(`${file}#${hash}`, { waitUntil: 'load' });
	await page.waitForSelector('section[id^="s-"]', { timeout: 60000 });
	return { page, context, troubles, portrait: portraitOf(name) };
}

// Charts are drawn when they come near the screen: passes over all of the page.
const walk = (page) => page.evaluate(async () => {
	// A page behind another one may wait long for its next frame.
	const frame = () => Promise.race([new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))), new Promise((done) => setTimeout(done, 250))]);
	for (let y = 0; y < document.documentElement.scrollHeight; y += 800) {
		window.scrollTo(0, y);
		await frame();
	}
	window.scrollTo(0, 0);
	await frame();
});

// ---- promises -------------------------------------------------------------------------------------------
const found = new Map();
// What speaks against a promise; a promise without anything is kept.
const against = (promise, ...what) => found.get(promise).push(...what.flat().map((text) => String(text).replace(/\s+/g, ' ').slice(0, 600)));
const promise = (name) => found.has(name) || found.set(name, []);

// Scenes are played beside each other, one on each of two cores; their findings are told in the order in which they stand here.
const scenes = [];
const scene = (promises, name, options, act) => scenes.push({ promises, name, options, act });

async function play({ promises, name, options, act })
{
	const view = `${name} ${options.width || WIDE} px ${options.scheme || 'light'} ${options.hash || 'lang=en'}`;
	const started = Date.now();
	let opened;
	try {
		opened = await open(name, options);
		const acted = act(opened, (one, ...what) => against(one, what.flat().map((text) => `${view}: ${text}`)));
		await Promise.race([acted, new Promise((_, late) => setTimeout(late, LONGEST, new Error(`not done after ${LONGEST / 1000} s`)).unref())]);
	} catch (error) {
		promises.forEach((one) => against(one, `${view}: ${error.stack || error}`));
	}
	if (opened) {
		against('silent', opened.troubles.map((text) => `${view}: ${text}`));
		await opened.context.close().catch(() => undefined);
	}
	if (process.env.LIMN_TIMES)
		console.error(`${((Date.now() - started) / 1000).toFixed(1)} s\t${promises.join(' ')}\t${view}`);
}

// ---- what is looked for -----------------------------------------------------------------------------------
// The value at the end of a path; names may hold points.
function at(value, path)
{
	if (path === '')
		return value;
	if (value === null || typeof value !== 'object')
		return undefined;
	for (let end = path.indexOf('.'); ; end = path.indexOf('.', end + 1)) {
		const key = end < 0 ? path : path.slice(0, end);
		if (Object.hasOwn(value, key)) {
			const inner = at(value[key], end < 0 ? '' : path.slice(end + 1));
			if (inner !== undefined)
				return inner;
		}
		if (end < 0)
			return undefined;
	}
}

// What a reader takes the text for: null where it is written in units (1.2k, 3 min 4 s) or stands for something else.
function read(text)
{
	const parts = /^(\u2212|-|\+)?[^\d\s.,%\u2212+-]{0,4}\u00a0?(\d{1,3}(?:,\d{3})*|\d+)(\.\d+)?(%?)$/.exec(text.trim());
	if (!parts)
		return null;
	const digits = parts[3] ? parts[3].length - 1 : 0;
	const size = Number(parts[2].replaceAll(',', '') + (parts[3] || '')) * (parts[1] && parts[1] !== '+' ? -1 : 1);
	return { value: parts[4] ? size / 100 : size, error: 0.5000001 * 10 ** -digits / (parts[4] ? 100 : 1), percent: parts[4] !== '' };
}

async function numbersDiffer(page, portrait)
{
	const data = await page.$$eval('[data-path]', (all) => all.map((one) => ({ path: one.dataset.path, value: one.dataset.value, text: one.textContent })));
	const wrong = data.flatMap(({ path, value, text }) => {
		const want = at(portrait, path);
		if (value === undefined)
			return want === null || want === undefined || want === '' ? /\d/.test(text) ? [`${path}: nobody knows, but it says ${text}`] : [] : [`${path}: ${want}, but no value is shown`];
		if (String(want) !== value)
			return [`${path}: is ${want}, shown as ${value}`];
		const told = read(text);
		// A share of people stands for their number in comparisons.
		if (!told || (told.percent && Number.isInteger(Number(value))))
			return [];
		return Math.abs(told.value - Number(value)) > told.error ? [`${path}: is ${value}, reads ${text}`] : [];
	});
	return { wrong, paths: data.map(({ path }) => path) };
}

// Texts that are seen or read out: words that a store wrote (bdi, code) left out.
const texts = (page) => page.evaluate(() => {
	const all = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode())
		if (!walker.currentNode.parentElement.closest('script, style, bdi, code, [lang="zh-CN"], [lang="en"]:not(html)'))
			all.push(walker.currentNode.textContent);
	for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], optgroup'))
		if (!one.closest('bdi, code'))
			all.push(one.getAttribute('aria-label'), one.getAttribute('title'), one.getAttribute('placeholder'), one.getAttribute('label'));
	return [...new Set(all.filter(Boolean).map((text) => text.trim()).filter(Boolean))];
});

// Templates as patterns: what stands at {} may be anything.
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
function patterns(portrait, lang, other)
{
	const own = new Set([...Object.values(WORDS), ...Object.values(portrait.labels || {})].map((word) => word[other]));
	const pairs = [...Object.entries(WORDS), ...Object.entries(portrait.labels || {})];
	return pairs.filter(([, word]) => word[lang] !== word[other] && !own.has(word[lang])).filter(([, word]) => /\p{Letter}{2}/u.test(word[lang].replace(/\{\d?\}/g, '')))
		.map(([key, word]) => [key, new RegExp(`^${word[lang].split(/\{\d?\}/).map(escaped).join('.*')}$`, 'su')])
		// A template of little but places says nothing.
		.filter(([, pattern]) => pattern.source.replace(/\.\*|[^\p{Letter}]/gu, '').length > 3 || !pattern.source.includes('.*'));
}

function untranslated(all, portrait, lang)
{
	const other = lang === 'en' ? 'zh' : 'en';
	const known = patterns(portrait, other, lang);
	const wrong = [];
	for (const text of all) {
		const hit = known.find(([, pattern]) => pattern.test(text));
		if (hit)
			wrong.push(`${hit[0]} is not in ${lang}: ${text}`);
		else if (/^[a-z_]+(\.[a-z0-9_]+)+$/.test(text) && !/^[\w.]+\.(rules|tsv|json)$/.test(text))
			wrong.push(`a key instead of a word: ${text}`);
	}
	return wrong;
}

const nonsense = (all) => all.filter((text) => /\b(NaN|undefined|Infinity|null)\b|\[object |\{\d?\}/.test(text)).map((text) => `nonsense: ${text}`);

// RFC 4180.
function parse(text)
{
	const rows = [];
	let row = [], cell = '', inside = false;
	for (let i = 0; i < text.length; i++) {
		const c = text[i];
		if (inside && c === '"' && text[i + 1] === '"') {
			cell += '"';
			i++;
		} else if (c === '"') {
			inside = !inside;
		} else if (!inside && (c === ',' || c === '\r')) {
			row.push(cell);
			cell = '';
			if (c === '\r') {
				if (text[++i] !== '\n')
					throw new Error('a CR without LF');
				rows.push(row);
				row = [];
			}
		} else {
			cell += c;
		}
	}
	if (inside || row.length || cell)
		throw new Error('the file breaks off');
	return rows;
}

async function accessible(page)
{
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
	return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
		.map(({ id, impact, nodes }) => `${id} (${impact}), ${nodes.length} times: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${(node.any[0] || node.all[0] || node.none[0] || {}).message || ''}`).join(' | ')}`);
}

// What sticks out of the page to the right, the outermost of it.
const wider = (page) => page.evaluate(() => {
	const room = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= room && document.body.scrollWidth <= room)
		return [];
	const out = [...document.body.querySelectorAll('*')].filter((one) => {
		// What lies in something that is scrolled by itself widens nothing.
		for (let outer = one.parentElement; outer; outer = outer.parentElement)
			if (getComputedStyle(outer).overflowX !== 'visible' && outer !== document.body && outer !== document.documentElement)
				return false;
		return one.getBoundingClientRect().right > room + 1;
	});
	return [`${document.documentElement.scrollWidth} px wide: ${out.slice(0, 5).map((one) => `<${one.tagName.toLowerCase()} class="${one.className}" id="${one.id}">`).join(' ')}`];
});

const SECTIONS = ['traffic', 'conversion', 'amount', 'repurchase', 'who', 'worth', 'segments', 'personas', 'quality', 'composer'];

// Charts without a drawing, a table, a definition, or the number of those it is about; figures that say they have no data are none.
const incomplete = (page) => page.$$eval('[data-chart]', (all) => all.flatMap((one) => {
	const lacks = [];
	if (one.querySelector(':scope > .absent'))
		return one.querySelector(':scope > .absent').textContent.trim() ? [] : [`${one.dataset.chart}: empty without a word`];
	if (!one.querySelector('h3')?.textContent.trim())
		lacks.push('a title');
	for (const plot of one.querySelectorAll('.plot'))
		if (!plot.querySelector('svg path, svg rect, svg circle, canvas'))
			lacks.push('a drawing');
	if (!one.querySelector('button[aria-controls]') && !one.querySelector('table'))
		lacks.push('a table');
	if (!one.querySelector('details .definition, .definition'))
		lacks.push('a definition');
	if (!/\d/.test(one.querySelector('.n')?.textContent || ''))
		lacks.push('its N');
	return lacks.length ? [`${one.dataset.chart} lacks ${lacks.join(', ')}`] : [];
}));

// Opens every table. A figure may be made anew by that, so that buttons are looked for again and again.
const unfold = (page) => page.evaluate(() => {
	for (let i = 0, toggle; i < 500 && (toggle = document.querySelector('[data-chart] button[aria-controls][aria-expanded="false"]')); i++)
		toggle.click();
});
const choose = (page, name, value) => page.locator(`input[name="${name}"][value="${value}"]`).evaluate((one) => one.click());
const pressed = (page) => page.evaluate(() => document.activeElement && (document.activeElement.id || document.activeElement.textContent.trim().slice(0, 40)));

// ---- the scenes ---------------------------------------------------------------------------------------------
const store = portraitOf('store');
const segment = Object.keys(store.portraits).filter((name) => name !== 'store').sort((a, b) => store.portraits[b].base.people - store.portraits[a].base.people)[0];
const other = Object.keys(store.portraits).filter((name) => name !== 'store' && name !== segment)[0];

// Every look: language, theme, width.
for (const lang of ['en', 'zh'])
	for (const scheme of ['light', 'dark'])
		for (const width of [WIDE, NARROW])
			scene(['accessible', 'fits', 'translated', 'drawn'], 'store', { width, scheme, hash: `lang=${lang}` }, async ({ page, portrait }, wrong) => {
				await walk(page);
				for (const name of SECTIONS)
					if (!await page.locator(`#s-${name} :is(h2, h3)`).count())
						wrong('drawn', `no section ${name}`);
				wrong('drawn', await incomplete(page));
				if (await page.locator('[data-chart]').count() < 25)
					wrong('drawn', `only ${await page.locator('[data-chart]').count()} charts`);
				const all = await texts(page);
				wrong('drawn', nonsense(all));
				wrong('translated', untranslated(all, portrait, lang));
				wrong('fits', await wider(page));
				await page.screenshot({ path: `${artifacts}/store-${lang}-${scheme}-${width}.png`, fullPage: true });
				wrong('accessible', await accessible(page));
			});

scene(['numbers', 'periods', 'segments', 'languages', 'themes'], 'store', {}, async ({ page, portrait }, wrong) => {
	const seen = new Set();
	const compare = async (where) => {
		const { wrong: differ, paths } = await numbersDiffer(page, portrait);
		wrong('numbers', differ.map((text) => `${where}: ${text}`));
		paths.forEach((path) => seen.add(path));
		return paths;
	};
	await unfold(page);
	await compare('at first');
	for (const period of Object.keys(portrait.periods).reverse()) {
		await choose(page, 'period', period);
		const paths = await compare(period);
		if (paths.filter((path) => path.startsWith(`periods.${period}.`)).length < 20)
			wrong('periods', `${period}: only ${paths.filter((path) => path.startsWith(`periods.${period}.`)).length} numbers of it`);
		if (!page.url().includes(`period=${period}`))
			wrong('periods', `${period}: the address is ${page.url()}`);
	}
	await choose(page, 'against', 'last_year').then(() => compare('against last year'), () => undefined);
	for (const [a, b] of [[segment, 'store'], [segment, other], ['store', '']]) {
		await page.selectOption('#side-a', a);
		await page.selectOption('#side-b', b);
		const paths = await compare(`${a} against ${b}`);
		for (const name of [a, b].filter(Boolean))
			if (paths.filter((path) => path.startsWith(`portraits.${name}.`)).length < 50)
				wrong('segments', `${name} (of ${a} against ${b}): only ${paths.filter((path) => path.startsWith(`portraits.${name}.`)).length} numbers of it`);
	}
	for (const part of ['base.people', 'base.amount', 'funnel.paid', 'traffic.uv'])
		if (![...seen].some((path) => path === `portraits.${segment}.${part}`))
			wrong('segments', `portraits.${segment}.${part} is never shown`);
	for (const part of ['products.', 'pages.', 'segments.', 'quality.', 'portraits.store.rfm', 'portraits.store.time', 'personas.', 'moves.', 'survey_checks.', 'trend.'])
		if (![...seen].some((path) => path.startsWith(part)))
			wrong('numbers', `nothing of ${part} is shown`);
	// A view can be sent: the same address shows the same.
	await page.selectOption('#side-a', segment);
	const view = () => page.$$eval('#s-who [data-path]', (all) => all.filter((one) => !one.closest('.tablebox')).map((one) => `${one.dataset.path}=${one.dataset.value}`).join(' '));
	const before = await view();
	await page.reload();
	await page.waitForSelector('#side-a');
	if (await page.locator('#side-a').inputValue() !== segment || await view() !== before)
		wrong('segments', 'the address does not bring the same view again');
	await choose(page, 'lang', 'zh');
	if (await page.locator('html').getAttribute('lang') !== 'zh-CN' && await page.locator('html').getAttribute('lang') !== 'zh')
		wrong('languages', `html lang is ${await page.locator('html').getAttribute('lang')}`);
	wrong('languages', untranslated(await texts(page), portrait, 'zh'));
	await choose(page, 'lang', 'en');
	wrong('languages', untranslated(await texts(page), portrait, 'en'));
	const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await paper();
	await choose(page, 'theme', 'dark');
	const dark = await paper();
	await page.emulateMedia({ colorScheme: 'dark' });
	await choose(page, 'theme', 'auto');
	if (light === dark || await paper() !== dark)
		wrong('themes', `light ${light}, dark ${dark}, of the system ${await paper()}`);
});

scene(['downloads'], 'store', {}, async ({ page, portrait }, wrong) => {
	// One as a reader takes it; of all others what would be written, which is quicker.
	const button = page.locator('[data-chart] footer button:not([aria-controls])').first();
	const [download] = await Promise.all([page.waitForEvent('download'), button.evaluate((one) => one.click())]);
	if (!download.suggestedFilename().startsWith(portrait.day) || !readFileSync(await download.path(), 'utf8').startsWith('\ufeff'))
		wrong('downloads', `a file ${download.suggestedFilename()}`);
	const files = await page.evaluate(async () => {
		const blobs = [], files = [];
		URL.createObjectURL = (blob) => `blob:${blobs.push(blob)}`;
		HTMLAnchorElement.prototype.click = () => undefined;
		for (const name of [...document.querySelectorAll('[data-chart]')].filter((one) => one.querySelector('button[aria-controls]')).map((one) => one.dataset.chart)) {
			const figure = () => document.querySelector(`[data-chart="${CSS.escape(name)}"]`);
			const toggle = figure().querySelector('button[aria-controls]');
			if (toggle.getAttribute('aria-expanded') === 'false')
				toggle.click();
			for (let more, i = 0; i < 100 && (more = figure().querySelector('.tablebox button.more:not([hidden])')); i++)
				more.click();
			figure().querySelector('footer button:not([aria-controls])').click();
			const table = [...figure().querySelector('.tablebox table').rows].map((row) => [...row.cells].map((cell) => {
				const datum = cell.querySelector('[data-path]') || cell.querySelector('[data-value]');
				return datum ? { value: datum.dataset.value ?? '' } : { text: cell.textContent.trim() };
			}));
			files.push({ name, table, text: blobs.length ? await blobs.pop().text() : '' });
		}
		return files;
	});
	if (files.length < 20)
		wrong('downloads', `only ${files.length} tables`);
	for (const { name, table, text } of files) {
		const rows = parse(text.replace(/^\ufeff/, ''));
		const want = table.map((row) => row.length);
		if (JSON.stringify(rows.map((row) => row.length)) !== JSON.stringify(want)) {
			wrong('downloads', `${name}: ${rows.length} rows of ${rows[0]?.length}, the table has ${want.length} of ${want[0]}`);
			continue;
		}
		const spaced = (one) => one.replace(/\s+/g, ' ').trim();
		rows.forEach((row, i) => row.forEach((cell, k) => {
			const { value, text: shown } = table[i][k];
			const plain = cell.replace(/^'(?=[=+\-@])/, '');
			const agrees = value !== undefined ? cell === value : spaced(shown) === spaced(plain) || cell === '' && (k > 0 || shown === '–')
				|| /^\d{4}-\d\d-\d\d$/.test(cell) && Date.parse(`${shown} UTC`) === Date.parse(cell) || shown.endsWith('…') && plain.startsWith(shown.slice(0, -1));
			if (!agrees)
				wrong('downloads', `${name}: row ${i} column ${k}: the file has ${cell}, the table ${value ?? shown}`);
		}));
	}
});

scene(['hostile'], 'hostile', {}, async ({ page }, wrong) => {
	await unfold(page);
	await walk(page);
	// Tooltips are made of data, too.
	for (const box of await page.$$eval('.plot', (all) => all.map((one) => one.getBoundingClientRect()).map(({ left, top, width, height }) => ({ x: left + width / 2, y: top + scrollY + height / 2 })))) {
		await page.evaluate((y) => window.scrollTo(0, y - 400), box.y);
		await page.mouse.move(box.x, box.y - await page.evaluate(() => window.scrollY));
	}
	for (const lang of ['zh', 'en'])
		await choose(page, 'lang', lang);
	const made = await page.evaluate(() => ({ images: document.images.length, scripts: document.scripts.length, handlers: document.querySelectorAll('[onerror], [onload], [onclick]').length,
		shown: document.body.innerText.split('<img src=x onerror=alert(1)>').length - 1 }));
	if (made.images || made.handlers || made.scripts > 3)
		wrong('hostile', `${made.images} images, ${made.scripts} scripts, ${made.handlers} handlers`);
	if (made.shown < 3)
		wrong('hostile', `the campaign is shown ${made.shown} times`);
	wrong('hostile', await wider(page));
});

scene(['keyboard'], 'store', {}, async ({ page }, wrong) => {
	const wanted = new Set(['lang', 'theme', 'period', 'against', 'side-a', 'side-b', 'table', 'csv', 'composer']);
	for (let i = 0; i < 400 && wanted.size; i++) {
		await page.keyboard.press('Tab');
		const now = await page.evaluate(() => {
			const one = document.activeElement;
			const box = one.getBoundingClientRect();
			return { name: one.name, id: one.id, table: one.hasAttribute('aria-controls'), csv: one.matches('[data-chart] footer button:not([aria-controls])'), tag: one.tagName,
				seen: getComputedStyle(one).outlineStyle !== 'none' || getComputedStyle(one.parentElement).outlineStyle !== 'none' || !!one.nextElementSibling && getComputedStyle(one.nextElementSibling).outlineStyle !== 'none',
				named: !!(one.ariaLabel || one.textContent.trim() || one.labels?.length || one.getAttribute('aria-labelledby')), width: box.width };
		});
		if (now.tag === 'BODY')
			break;
		if (!now.seen)
			wrong('keyboard', `the focus is not seen: ${now.tag} ${now.id}`);
		if (!now.named)
			wrong('keyboard', `without a name: ${now.tag} ${now.id}`);
		for (const name of [now.name, now.id, now.table && 'table', now.csv && 'csv', now.id.startsWith('composer') && 'composer'])
			wanted.delete(name);
		if (now.table && !wanted.has('table') && !page.table) {
			page.table = true;
			await page.keyboard.press('Enter');
			if (!await page.evaluate(() => document.activeElement.getAttribute('aria-expanded') === 'true' && document.getElementById(document.activeElement.getAttribute('aria-controls')).querySelector('table')))
				wrong('keyboard', 'Enter does not open the table');
		}
	}
	wrong('keyboard', [...wanted].map((name) => `Tab does not reach ${name}`));
	// Arrows move within a switch, and the focus stays where it was.
	await page.locator('input[name="lang"]:checked').focus();
	await page.keyboard.press('ArrowRight');
	if (!page.url().includes('lang=zh') || await pressed(page) !== 'lang-zh')
		wrong('keyboard', `an arrow in the languages leads to ${page.url()}, the focus to ${await pressed(page)}`);
	await page.locator('#side-a').focus();
	await page.keyboard.press('ArrowDown');
	if (!/[#&]a=(?!store)/.test(page.url()) || await pressed(page) !== 'side-a')
		wrong('keyboard', `an arrow in the segments leads to ${page.url()}, the focus to ${await pressed(page)}`);
});

scene(['paper'], 'store', {}, async ({ page }, wrong) => {
	// What is drawn in numbers needs no table.
	const figures = await page.$$eval('[data-chart]', (all) => all.filter((one) => one.querySelector('.plot') && one.querySelector('button[aria-controls]')).length);
	await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
	await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
	await page.waitForTimeout(300);
	const paper = await page.evaluate(() => ({ tables: [...document.querySelectorAll('[data-chart] table')].filter((one) => one.offsetHeight > 0).length,
		buttons: [...document.querySelectorAll('button, input')].filter((one) => one.offsetHeight > 0 && !one.closest('th')).map((one) => one.id || one.textContent).slice(0, 5),
		color: getComputedStyle(document.body).backgroundColor }));
	if (paper.tables < figures || figures < 15)
		wrong('paper', `${paper.tables} tables of ${figures}`);
	wrong('paper', paper.buttons.map((one) => `printed: ${one}`));
	if (!/^rgba?\((2[3-5]\d, ){2}2[3-5]\d|, 0\)$/.test(paper.color))
		wrong('paper', `the paper is ${paper.color}`);
	wrong('paper', await incomplete(page));
	await page.pdf({ path: `${artifacts}/store.pdf`, format: 'A4', printBackground: true });
	await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
	await page.emulateMedia({ media: 'screen' });
	if (await page.locator('[data-chart] table').count() >= paper.tables)
		wrong('paper', 'the tables of the print stay on the screen');
});

for (const [name, absent] of [['orders', 'events'], ['events', 'orders'], ['none', null]])
	for (const width of [WIDE, NARROW])
		scene(['partial'], name, { width, hash: 'lang=en' }, async ({ page, portrait }, wrong) => {
			await walk(page);
			for (const section of SECTIONS)
				if (!await page.locator(`#s-${section} :is(h2, h3)`).count())
					wrong('partial', `no section ${section}`);
			wrong('partial', await incomplete(page), (await numbersDiffer(page, portrait)).wrong, nonsense(await texts(page)), await wider(page));
			const said = WORDS[`absent.${absent}`];
			if (absent && !(await page.locator('body').innerText()).includes(said.en))
				wrong('partial', `does not say: ${said.en}`);
			await page.screenshot({ path: `${artifacts}/${name}-en-light-${width}.png`, fullPage: true });
			wrong('partial', await accessible(page));
		});

for (const [name, width] of [['store', WIDE], ['one', WIDE], ['many', WIDE], ['many', NARROW]])
	scene(['readable'], name, { width }, async ({ page, portrait }, wrong) => {
		await walk(page);
		const long = await page.evaluate(() => document.documentElement.scrollHeight);
		if (long > (width === WIDE ? 30000 : 60000))
			wrong('readable', `${long} px long`);
		wrong('readable', await incomplete(page), await wider(page), (await numbersDiffer(page, portrait)).wrong);
		// Few bars, a table that grows when asked, rows that add up to the total (people have several values of some tags).
		wrong('readable', await page.evaluate((single) => [...document.querySelectorAll('[data-chart^="tag-"]')].flatMap((figure) => {
			const { chart } = figure.dataset, lacks = [];
			const bars = figure.querySelectorAll('.dist li').length;
			if (bars > 16)
				lacks.push(`${chart}: ${bars} bars`);
			const toggle = figure.querySelector('button[aria-controls]');
			if (!toggle)
				return lacks;
			toggle.click();
			if (figure.querySelectorAll('tbody tr').length > 1000)
				lacks.push(`${chart}: ${figure.querySelectorAll('tbody tr').length} rows at once`);
			for (let more, i = 0; i < 20 && (more = figure.querySelector('.tablebox button.more:not([hidden])')); i++)
				more.click();
			const [rows, total] = ['tbody', 'tfoot'].map((part) => [...figure.querySelectorAll(`${part} tr`)]
				.reduce((sum, row) => sum + Number(row.cells[1].querySelector('[data-value]')?.dataset.value ?? 0), 0));
			if (single.includes(chart.slice(4)) && rows !== total)
				lacks.push(`${chart}: rows add up to ${rows}, the total is ${total}`);
			toggle.click();
			return lacks;
		}), Object.keys(portrait.tags).filter((tag) => !portrait.tags[tag].multiple)));
		// Texts of a drawing that lie upon each other cannot be read.
		wrong('readable', await page.$$eval('.plot svg', (all) => all.flatMap((svg) => {
			const boxes = [...svg.querySelectorAll('text')].filter((one) => one.textContent.trim()).map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() })).slice(0, 400);
			const over = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => {
				const x = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left), y = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
				return x > 3 && y > Math.min(a.box.height, b.box.height) * 0.4;
			}).map((b) => `${a.text} / ${b.text}`));
			return over.length ? [`${svg.closest('[data-chart]').dataset.chart}: ${over.length} texts lie upon others: ${over.slice(0, 4).join('; ')}`] : [];
		})));
		if (name !== 'store')
			await page.screenshot({ path: `${artifacts}/${name}-en-light-${width}.png`, fullPage: true });
	});

scene(['composer'], 'store', {}, async ({ page, portrait, context }, wrong) => {
	const composer = page.locator('.composer');
	const expect = async (what, got, want) => (await got) === want || wrong('composer', `${what}: ${await got}, not ${want}`);
	const text = (name) => composer.locator(`[data-text="${name}"]`).textContent();
	const composed = [];
	const people = async () => (/^[\d,]+|^1(?= person)/.exec(await composer.locator('.people').textContent()) || [''])[0].replaceAll(',', '');
	const keep = async () => composed.push(`${await text('command')}\t${await people()}`);
	const rows = portrait.portraits.store.tags.country.rows;
	// By the keyboard alone.
	await page.locator('#composer-0-field').focus();
	await page.locator('#composer-0-field').selectOption('country');
	await expect('the focus', pressed(page), 'composer-0-field');
	await page.keyboard.press('Tab');
	await expect('the next stop', pressed(page), 'composer-0-op');
	const box = page.locator('#composer-0-0');
	await box.focus();
	await page.keyboard.press('Space');
	await expect('a condition', text('rule'), `country = '${rows[0][0]}'`);
	await expect('its people', people(), String(rows[0][1]));
	await keep();
	await page.locator('#composer-0-1').check();
	await expect('two values', text('rule'), `country in ('${rows[0][0]}', '${rows[1][0]}')`);
	await keep();
	await page.locator('#composer-0-not').check();
	await expect('not', text('rule'), `country not in ('${rows[0][0]}', '${rows[1][0]}')`);
	await keep();
	await page.locator('#composer-0-op').selectOption('known');
	await keep();
	await page.locator('#composer-0-not').uncheck();
	await keep();
	await page.locator('#composer-0-field').selectOption(`segment ${segment}`);
	await expect('a segment', text('rule'), `segment ${segment}`);
	await keep();
	await page.locator('#composer-0-not').check();
	await expect('not of a segment', text('rule'), `not segment ${segment}`);
	await keep();
	// A value nobody has, of the worst kind, and a group.
	await page.locator('#composer-0-field').selectOption('country');
	await page.locator('#composer-0-other').fill("</script>'\\");
	await page.keyboard.press('Enter');
	await page.locator('#composer-group').click();
	await expect('the focus in the group', pressed(page), 'composer-1-0-field');
	await page.locator('#composer-1-0-field').selectOption('number_of_orders');
	await page.locator('#composer-1-0-value').fill('2');
	await page.locator('#composer-1-add').click();
	await page.locator('#composer-1-1-field').selectOption('last_order_date');
	await page.locator('#composer-1-1-value').fill('30');
	await page.locator('#composer-1-not').check();
	await expect('a tree', text('rule'), "country != '</script>\\'\\\\' and not (number_of_orders >= 2 or last_order_date >= -30d)");
	await expect('people of a tree', people(), '');
	await keep();
	await page.locator('#composer-join').selectOption('or');
	await page.locator('#composer-1-1-remove').click();
	await expect('another tree', text('rule'), "country != '</script>\\'\\\\' or not (number_of_orders >= 2)");
	// What was composed stays when the language changes.
	await choose(page, 'lang', 'zh');
	await expect('in the other language', text('rule'), "country != '</script>\\'\\\\' or not (number_of_orders >= 2)");
	wrong('composer', untranslated(await texts(page), portrait, 'zh'));
	await choose(page, 'lang', 'en');
	await page.locator('#composer-name').fill('Not a name');
	await expect('a name that is none', page.locator('#composer-name').getAttribute('aria-invalid'), 'true');
	await page.locator('#composer-name').fill(segment);
	await expect('a name that is taken', page.locator('#composer-name').getAttribute('aria-invalid'), 'true');
	await page.locator('#composer-name').fill('own_one');
	await page.locator('#composer-en').fill("Anne's");
	await page.locator('#composer-zh').fill('自定');
	await expect('the statement', text('statement'), "segment own_one en 'Anne\\'s' zh '自定' = country != '</script>\\'\\\\' or not (number_of_orders >= 2);");
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.locator('#composer-statement-copy').click();
	await page.waitForFunction(() => [...document.querySelectorAll('.composer .copied')].some((one) => one.textContent));
	await expect('what was copied', page.evaluate(() => navigator.clipboard.readText()), await text('statement'));
	wrong('composer', await accessible(page));
	await composer.screenshot({ path: `${artifacts}/composer-en-light-${WIDE}.png` });
	await page.setViewportSize({ width: NARROW, height: 900 });
	await walk(page);
	wrong('composer', await wider(page));
	await composer.screenshot({ path: `${artifacts}/composer-en-light-${NARROW}.png` });
	writeFileSync(`${pages}/composed`, composed.join('\n') + '\n');
});

const wanted = new RegExp(process.env.LIMN_SCENES || '');
const played = scenes.filter(({ promises, name }) => wanted.test([...promises, name].join(' ')));
['silent', 'small', ...played.flatMap(({ promises }) => promises)].forEach(promise);
const waiting = [...played];
await Promise.all([1, 2].map(async () => {
	while (waiting.length)
		await play(waiting.shift());
}));

if (statSync(`${pages}/store.html`).size >= 4e6)
	against('small', `the page has ${statSync(`${pages}/store.html`).size} bytes`);
for (const [name, one] of Object.entries(store.portraits))
	if (Buffer.byteLength(JSON.stringify(one)) > 24 * 1024)
		against('small', `the portrait of ${name} has ${Buffer.byteLength(JSON.stringify(one))} bytes`);

await browser.close();
for (const [name, what] of found) {
	console.log(`${what.length ? 'not ok' : 'ok'} ${name}`);
	[...new Set(what)].slice(0, 40).forEach((text) => console.log(`\t${text}`));
}
