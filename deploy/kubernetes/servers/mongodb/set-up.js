// Begins the replica set, waits for its primary, and gives each service a role and a user of its own; harmless when all of it is there.
const members = process.env.MONGODB_MEMBERS.split(' ');
const services = { dispatcher: process.env.DISPATCHER_PASSWORD, retry: process.env.RETRY_PASSWORD, 'portal-api': process.env.PORTAL_API_PASSWORD };
const roles = JSON.parse(require('fs').readFileSync('/roles/roles.json', 'utf8'));
const options = process.env.MONGODB_OPTIONS ?? '';
const asRoot = `mongodb://root:${encodeURIComponent(process.env.ROOT_PASSWORD)}@`;

function begin() {
  const first = connect(`${asRoot}${members[0]}/admin?directConnection=true&serverSelectionTimeoutMS=5000${options}`);
  try {
    first.adminCommand({ replSetGetStatus: 1 });
  } catch (error) {
    if (error.codeName !== 'NotYetInitialized') throw error;
    first.adminCommand({ replSetInitiate: { _id: 'rs0', members: members.map((host, index) => ({ _id: index, host })) } });
  }
}

function giveUsers() {
  const mboc = connect(`${asRoot}${members}/mboc?authSource=admin&replicaSet=rs0&serverSelectionTimeoutMS=30000${options}`);
  for (const [name, pwd] of Object.entries(services)) {
    const privileges = Object.entries(roles.services[name]).flatMap(([may, names]) =>
      names.map((collection) => ({ resource: { db: 'mboc', collection }, actions: roles.may[may] })),
    );
    if (mboc.getRole(name) === null) mboc.createRole({ role: name, privileges, roles: [] });
    else mboc.updateRole(name, { privileges, roles: [] });
    const user = { pwd, roles: [name] };
    if (mboc.getUser(name) === null) mboc.createUser({ user: name, ...user });
    else mboc.updateUser(name, user);
  }
  for (const [collection, keys] of Object.entries(roles.indexes)) mboc.getCollection(collection).createIndexes(keys); // an index can delete documents, so no service may create these
}

for (let done = false; !done; ) {
  try {
    begin();
    giveUsers();
    done = true;
  } catch (error) {
    print(`not yet: ${error.codeName ?? error.name}`); // the message may name what it logged in with
    sleep(2000);
  }
}
print('The replica set has its primary, and each service its role and user.');
