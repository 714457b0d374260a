// Writes every document to standard output, from one snapshot, several per line of JSON. The last line has the counts.
const fs = require('fs');
const TOGETHER = 1000;
const USUAL_S = 300;
const LONG_S = 86400;
const AS_STORED = { promoteValues: false }; // otherwise 5.0 becomes 5
const NOT_KEPT = ['heartbeats']; // heartbeats of replicas that no longer exist after a restore

const password = fs.readFileSync('/run/secrets/mongodb-root-password', 'utf8').trim();
const mboc = connect(`mongodb://root:${encodeURIComponent(password)}@mongodb:27017/mboc?authSource=admin&replicaSet=rs0&tls=true&tlsCAFile=/run/secrets/ca.pem`);
const admin = mboc.getSiblingDB('admin');

function write(line) {
  let rest = Buffer.from(`${EJSON.stringify(line, { relaxed: false })}\n`);
  while (rest.length) {
    try {
      rest = rest.subarray(fs.writeSync(1, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      sleep(5);
    }
  }
}

function writeAll(collection, atClusterTime) {
  let { cursor } = mboc.runCommand({ find: collection, sort: { _id: 1 }, batchSize: TOGETHER, readConcern: { level: 'snapshot', atClusterTime } }, AS_STORED);
  let documents = cursor.firstBatch;
  let count = 0;
  while (documents.length) {
    write({ collection, documents });
    count += documents.length;
    if (cursor.id.toString() === '0') break;
    ({ cursor } = mboc.runCommand({ getMore: cursor.id, collection, batchSize: TOGETHER }, AS_STORED));
    documents = cursor.nextBatch;
  }
  return count;
}

const names = mboc.getCollectionNames().filter((name) => !NOT_KEPT.includes(name)).sort();
// MongoDB's snapshot history of five minutes is too short for large collections
admin.runCommand({ setParameter: 1, minSnapshotHistoryWindowInSeconds: LONG_S });
try {
  const { operationTime } = mboc.runCommand({ ping: 1 });
  write({ backup: 1, at: new Date(operationTime.high * 1000), mongodb: mboc.version() });
  const counts = {};
  for (const name of names) counts[name] = writeAll(name, operationTime);
  write({ counts });
} finally {
  admin.runCommand({ setParameter: 1, minSnapshotHistoryWindowInSeconds: USUAL_S });
}
