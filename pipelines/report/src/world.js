// world - the map of the world and what its countries are called. A country is its ISO 3166 alpha-2 code.
// The map is made by build-map.mjs; the names are those of i18n-iso-countries in the page's two languages.
import en from 'i18n-iso-countries/langs/en.json';
import zh from 'i18n-iso-countries/langs/zh.json';
import world from '../../../build/report/world.json';

const names = { en: en.countries, zh: zh.countries };
const own = (object, key) => (Object.hasOwn(object, key) ? object[key] : undefined);
// A country that has several names is called by the first that is no formal one; the two Congos need theirs.
const FORMAL = /Republic(?! of the Congo)|Federation|Province|State of|of America/;
const places = new Map(world.features.map(({ properties }) => [properties.name, properties.cp]));

// registerWorld(echarts) - makes the map known as 'world'; its regions are named by their codes.
export function registerWorld(echarts)
{
	echarts.registerMap('world', world);
}

// countryName(code, lang) - the name in 'en' or 'zh'; the code itself where there is none.
export function countryName(code, lang)
{
	const name = own(names[lang] || names.en, code);
	return Array.isArray(name) ? name.find((one) => !FORMAL.test(one)) : name || code;
}

// countryPlace(code) - [longitude, latitude] of its middle on the map, for a mark that is seen where the country is too
// small to be; null where the map does not have it.
export const countryPlace = (code) => places.get(code) || null;
