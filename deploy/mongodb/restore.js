// Restores the output of backup.js from standard input into an empty database. Ends retry's unfinished work, because much may have happened since.
const fs = require('fs');

const password = fs.readFileSync('/run/secrets/mongodb-root-password', 'utf8').trim();
const mboc = connect(`mongodb://root:${encodeURIComponent(password)}@mongodb:27017/mboc?authSource=admin&replicaSet=rs0&tls=true&tlsCAFile=/run/secrets/ca.pem`);
const chunk = Buffer.alloc(1 << 20);
let unread = [];

function refuse(sentence) {
  console.error(sentence);
  process.exit(1);
}

function more() {
  for (;;) {
    try {
      return Buffer.from(chunk.subarray(0, fs.readSync(0, chunk)));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      sleep(5);
    }
  }
}

// Returns the next line, or null at the end.
function line() {
  const parts = [];
  for (;;) {
    const part = unread.length ? unread.pop() : more();
    if (!part.length) return null;
    const end = part.indexOf(10);
    if (end < 0) parts.push(part);
    else {
      if (end + 1 < part.length) unread = [part.subarray(end + 1)];
      parts.push(part.subarray(0, end));
      return EJSON.parse(Buffer.concat(parts).toString(), { relaxed: false });
    }
  }
}

for (const name of mboc.getCollectionNames()) {
  if (process.env.REPLACE === 'yes') mboc.getCollection(name).drop();
  else if (mboc.getCollection(name).findOne() !== null) refuse('The database is not empty. Set REPLACE=yes to replace its data.');
}

const found = {};
let last = null;
for (let read = line(); read !== null; read = line()) {
  if (read.collection) {
    mboc.getCollection(read.collection).insertMany(read.documents, { ordered: false, writeConcern: { w: 'majority' } });
    found[read.collection] = (found[read.collection] || 0) + read.documents.length;
  }
  last = read;
}
if (last === null || !last.counts) refuse('The backup is incomplete: its end is missing. Use another backup.');
let total = 0;
for (const name of Object.keys(last.counts)) {
  const count = Number(last.counts[name]);
  if ((found[name] || 0) !== count) refuse(`The backup is incomplete: ${name} has ${found[name] || 0} documents instead of ${count}.`);
  total += count;
}

// retry's claims and running operations have ended since the backup, and must not run again.
const claims = mboc.requeues.deleteMany({ published: false }).deletedCount;
const cancelled = { steer: 'cancel', steered_by: 'restore', steered_at: new Date() };
const operations = mboc.operations.updateMany({ is_open: true }, { $set: cancelled }).modifiedCount;
const sessions = mboc.sessions.deleteMany({}).deletedCount;
print(`Restored ${total} documents. Ended: ${operations} operations, ${claims} claims of the timer job, ${sessions} sessions.`);
