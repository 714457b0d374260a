/**
 * Write src/api/criteria.json: the type of every filter criterion of the API's lists, from the
 * OpenAPI document. `npm run types` runs this.
 */

import { readFileSync, writeFileSync } from 'node:fs';

const here = (path) => new URL(path, import.meta.url);
const openApi = JSON.parse(readFileSync(here('../../../docs/api/portal-api.json'), 'utf8'));
const LIST_PATH = /^\/api\/([a-z-]+)$/;
const PAGING = new Set(['limit', 'after', 'sort']);

function resolve(schema) {
  return schema.$ref ? openApi.components.schemas[schema.$ref.split('/').at(-1)] : schema;
}

/** The alternatives of a schema, without null. */
function alternatives(schema) {
  const { anyOf = [schema] } = resolve(schema);
  return anyOf.map(resolve).filter(({ type }) => type !== 'null');
}

function criterion(schema) {
  const choices = alternatives(schema);
  const array = choices.find(({ type }) => type === 'array');
  const { type } = array ? resolve(array.items) : choices[0];
  return { type: type === 'integer' ? 'number' : type, isMultiple: array !== undefined };
}

const lists = {};
for (const [path, { get }] of Object.entries(openApi.paths)) {
  const [, list] = LIST_PATH.exec(path) ?? [];
  const parameters = (get?.parameters ?? []).filter((one) => one.in === 'query');
  // only a list is paged
  if (list === undefined || !parameters.some(({ name }) => name === 'after')) continue;
  const criteria = parameters.filter(({ name }) => !PAGING.has(name));
  lists[list] = Object.fromEntries(criteria.map(({ name, schema }) => [name, criterion(schema)]));
}
writeFileSync(here('../src/api/criteria.json'), `${JSON.stringify(lists)}\n`);
