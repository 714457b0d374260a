/**
 * react-admin's data provider. Lists have cursors: `meta.after` is the cursor of the request,
 * `meta.next` that of the following page.
 */

import type { DataProvider, GetListParams, RaRecord } from 'react-admin';
import { api } from '@/api/client';

interface Endpoint {
  path: string;
  id: string;
}

/** The path of each list, and the field that identifies its items. */
const ENDPOINTS: Record<string, Endpoint> = {
  appointments: { path: '/api/appointments', id: 'appointment_key' },
  deliveries: { path: '/api/deliveries', id: 'delivery_id' },
  causes: { path: '/api/causes', id: 'cause' },
  connectors: { path: '/api/connectors', id: 'connector_id' },
  operations: { path: '/api/operations', id: 'operation_id' },
  logs: { path: '/api/logs', id: 'log_id' },
  users: { path: '/api/users', id: 'name' },
  audit: { path: '/api/audit', id: 'audit_id' },
  'api-keys': { path: '/api/api-keys', id: 'api_key_id' },
  'saved-views': { path: '/api/saved-views', id: 'saved_view_id' },
};

type Item = Record<string, unknown>;
interface ListPage {
  items: Item[];
  next: string | null;
}

/** The client without the types of single paths, because the path depends on the resource. */
const untypedApi = api as unknown as Record<
  'GET' | 'POST' | 'PUT' | 'DELETE',
  (path: string, init?: object) => Promise<{ data: unknown }>
>;

async function getList<R extends RaRecord>(resource: string, params: GetListParams) {
  const { path } = endpointOf(resource);
  const meta = (params.meta ?? {}) as { after?: string | null; path?: string };
  const query: Item = { ...(params.filter as Item) };
  if (params.pagination) query.limit = params.pagination.perPage;
  if (meta.after) query.after = meta.after;
  if (params.sort?.field)
    query.sort = `${params.sort.order === 'DESC' ? '-' : ''}${params.sort.field}`;
  const { data } = await untypedApi.GET(meta.path ?? path, {
    params: { query },
    signal: params.signal,
  });
  const { items, next } = data as ListPage;
  const withIds = items.map((item) => withId(resource, item)) as R[];
  return {
    data: withIds,
    pageInfo: { hasNextPage: Boolean(next), hasPreviousPage: Boolean(meta.after) },
    meta: { next },
  };
}

export const dataProvider = {
  supportAbortSignal: true,
  getList,
  getOne: async (resource: string, { id }: { id: string }) =>
    toItemResult(resource, await untypedApi.GET(itemPath(resource, id))),
  getMany: async (resource: string, { ids }: { ids: string[] }) => {
    const found = await Promise.all(ids.map((id) => untypedApi.GET(itemPath(resource, id))));
    return { data: found.map(({ data }) => withId(resource, data as Item)) };
  },
  getManyReference: () => Promise.reject(new Error('the API has no reference lists')),
  create: async (resource: string, { data }: { data: Item }) =>
    toItemResult(resource, await untypedApi.POST(endpointOf(resource).path, { body: data })),
  update: async (resource: string, { id, data }: { id: string; data: Item }) =>
    toItemResult(resource, await untypedApi.PUT(itemPath(resource, id), { body: data })),
  updateMany: () => Promise.reject(new Error('use an operation to change many items')),
  delete: async (resource: string, { id }: { id: string }) => {
    await untypedApi.DELETE(itemPath(resource, id));
    return { data: { id } };
  },
  deleteMany: () => Promise.reject(new Error('use an operation to change many items')),
} as unknown as DataProvider;

function endpointOf(resource: string): Endpoint {
  const found = ENDPOINTS[resource];
  if (found === undefined) throw new Error(`unknown list ${resource}`);
  return found;
}

function itemPath(resource: string, id: string): string {
  return `${endpointOf(resource).path}/${encodeURIComponent(id)}`;
}

function toItemResult(resource: string, answer: { data: unknown }) {
  return { data: withId(resource, answer.data as Item) };
}

function withId(resource: string, item: Item): Item {
  return { ...item, id: item[endpointOf(resource).id] };
}
