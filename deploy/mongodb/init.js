// Initiates the replica set, waits for its primary, and creates a role and a user for each service, and the indexes that no service may create. Existing ones are updated.
const fs = require('fs');
const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const roles = JSON.parse(fs.readFileSync('/roles.json', 'utf8'));

db.getSiblingDB('admin').auth('root', secret('mongodb-root-password'));
try {
  rs.status();
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] });
}
while (!db.hello().isWritablePrimary) sleep(200);

const mboc = db.getSiblingDB('mboc');
for (const [service, collections] of Object.entries(roles.services)) {
  const privileges = Object.entries(collections).flatMap(([may, names]) =>
    names.map((collection) => ({ resource: { db: 'mboc', collection }, actions: roles.may[may] })),
  );
  if (mboc.getRole(service) === null) mboc.createRole({ role: service, privileges, roles: [] });
  else mboc.updateRole(service, { privileges, roles: [] });

  const user = { pwd: decodeURIComponent(new URL(secret(`${service}-mongodb-url`)).password), roles: [service] };
  if (mboc.getUser(service) === null) mboc.createUser({ user: service, ...user });
  else mboc.updateUser(service, user);
}
// The services cannot create these, because an index can delete documents.
for (const [collection, keys] of Object.entries(roles.indexes)) mboc.getCollection(collection).createIndexes(keys);
print('The replica set has a primary, and each service has its role and user.');
