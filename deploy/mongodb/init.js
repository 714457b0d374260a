// Begins the replica set, waits for its primary and gives the services a user of their own; harmless when all of it is there.
const admin = db.getSiblingDB('admin');
admin.auth('root', process.env.MONGODB_ROOT_PASSWORD);

try {
  rs.status();
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] });
}
while (!db.hello().isWritablePrimary) sleep(200);

const mboc = db.getSiblingDB('mboc');
const user = { pwd: process.env.MONGODB_PASSWORD, roles: [{ role: 'readWrite', db: 'mboc' }] };
if (mboc.getUser('mboc') === null) mboc.createUser({ user: 'mboc', ...user });
else mboc.updateUser('mboc', user);
