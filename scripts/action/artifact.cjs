// An artifact of the job, by the runner's own service (version 4): made, written as one zip, closed. Without dependencies, since an action carries its
// own along.
const { createHash } = require("node:crypto");
const zlib = require("node:zlib");

/** One zip of some files. */
function zip(files) {
  const parts = [], index = [];
  let offset = 0;
  for (const { name, data } of files) {
    const packed = zlib.deflateRawSync(data), path = Buffer.from(name);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0); // version needed
    head.writeUInt16LE(0x800, 2); // names are UTF-8
    head.writeUInt16LE(8, 4); // deflate
    head.writeUInt16LE(0x21, 8); // the first day that a zip knows
    head.writeUInt32LE(crc32(data), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt16LE(path.length, 22);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), head, path, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    index.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), head, tail, path);
    offset += 4 + head.length + path.length + packed.length;
  }
  const size = index.reduce((n, b) => n + b.length, 0);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...index, end]);
}

function crc32(data) {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

/** The job's two names, which the runner's token carries: "Actions.Results:RUN:JOB". */
function job(token) {
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  const [, run, one] = claims.scp.split(" ").map((s) => s.split(":")).find(([scope]) => scope === "Actions.Results") ?? [];
  if (!one) throw new Error("the runner's token names no job");
  return { workflow_run_backend_id: run, workflow_job_run_backend_id: one };
}

/** Uploads files as an artifact of that name. */
async function upload(name, files, { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: service }) {
  if (!token || !service) throw new Error("there is no artifact service here");
  const names = { ...job(token), name };
  const call = async (method, body) => {
    const res = await fetch(new URL(`twirp/github.actions.results.api.v1.ArtifactService/${method}`, service), {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ ...names, ...body }),
    });
    if (!res.ok) throw new Error(`${method}: ${res.status} ${await res.text()}`);
    return res.json();
  };
  const data = zip(files);
  const { signed_upload_url } = await call("CreateArtifact", { version: 4 });
  const put = await fetch(signed_upload_url, { method: "PUT", headers: { "x-ms-blob-type": "BlockBlob", "Content-Type": "application/zip" }, body: data });
  if (!put.ok) throw new Error(`upload: ${put.status} ${await put.text()}`);
  await call("FinalizeArtifact", { size: String(data.length), hash: `sha256:${createHash("sha256").update(data).digest("hex")}` });
}

module.exports = { upload, zip };
