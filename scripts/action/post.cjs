// Runs at the end of a job that failed (post-if in action.yml): what happened becomes a summary and an artifact. Nothing here fails the job.
// A job that went well needs none of it, and its runner ends the sandbox with all other processes of the job.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { upload } = require("./artifact.cjs");

const env = process.env;

const text = (folder, name) => fs.readFileSync(path.join(folder, name), { encoding: "utf8", flag: "a+" });

/** The entries as rows of a table: what went wrong first. */
function summary(entries) {
  const bad = (e) => e.error || e.response?.status >= 400 || e.signature?.state === "invalid" || e.contract?.ok === false;
  const cell = (s) => String(s ?? "").replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;");
  const row = (e) => `| ${e.seq} | ${e.kind} | ${cell(e.provider)} ${cell(e.type)} | ${cell(e.request?.method)} ${cell(e.request?.url)} | ${cell(e.error || e.response?.status)} | ${cell(e.signature?.state)} |`;
  const shown = [...entries.filter(bad), ...entries.filter((e) => !bad(e))].slice(0, 50).sort((a, b) => a.seq - b.seq);
  return [`### tacklebox: ${entries.length} entries`, "", "| | kind | what | request | status | signature |", "|--:|---|---|---|---|---|", ...shown.map(row), ""].join("\n");
}

function read(lines) {
  return lines.split("\n").flatMap((line) => {
    try {
      return line ? [JSON.parse(line)] : [];
    } catch {
      return [];
    }
  });
}

async function main() {
  const folder = env.STATE_folder;
  if (!folder) return;
  execFileSync("bash", [path.join(__dirname, "../down"), folder], { stdio: "inherit" });
  const entries = read(text(folder, "entries.jsonl"));
  if (entries.length === 0) return;
  fs.appendFileSync(env.GITHUB_STEP_SUMMARY, summary(entries));
  if (env.INPUT_ARTIFACT) {
    const files = ["entries.jsonl", "messages.txt"].map((name) => ({ name, data: Buffer.from(text(folder, name)) }));
    await upload(`${env.INPUT_ARTIFACT}-${env.GITHUB_JOB}-${process.pid}`, files, env);
  }
}

module.exports = { summary, read };
if (require.main === module) main().catch((e) => console.log(`::warning::tacklebox: the journal was not kept: ${e.message}`));
