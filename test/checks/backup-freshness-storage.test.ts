/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import backupFreshness from "../../checks/backup-freshness.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import { testSecret } from "../support/channel-tester.ts";
import { startReceiver } from "../support/receiver.ts";

const hour = 3_600_000;
/** The keys that the server knows. */
const accessKey = "S3RVER";
const secretKey = "S3RVER";

let folder: string;
let server: InstanceType<typeof S3rver>;
let endpoint: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-s3-"));
  server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: folder,
    configureBuckets: [{ name: "backups", configs: [] }],
  });
  const { port } = await server.run();
  endpoint = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const put = async (key: string, body: string): Promise<void> => {
  const client = new AwsClient({ accessKeyId: accessKey, secretAccessKey: secretKey, service: "s3", region: "us-east-1" });
  const answer = await client.fetch(`${endpoint}/backups/${key}`, { method: "PUT", body });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
};

async function look(more: object = {}, nowMs = Date.now()) {
  const s3 = {
    endpoint,
    bucket: "backups",
    prefix: "mail/",
    accessKey,
    secretKey: testSecret(secretKey),
    pathStyle: true,
    ...more,
  };
  const options: unknown = backupFreshness.options.parse({ what: "Mail", owner: "IT", rpo: 26 * hour, s3 });
  const outcome = await runProbe(probeOf(backupFreshness, options), backupFreshness, testWorld({ now: () => nowMs }));
  const { status, findings, metrics, evidence } = outcome!.observation;
  return { status, codes: findings.map(({ code }) => code), metrics, said: JSON.stringify([findings, evidence]) };
}

describe("backup-freshness in a bucket of a server that checks signatures", () => {
  test("an empty prefix, then a backup in it, by its whole name", async () => {
    await put("other/x", "not looked at");
    expect(await look()).toMatchObject({ status: "critical", codes: ["backup-missing"] });
    await put("mail/a b 备份.tar", "x".repeat(1_000));
    expect(await look()).toMatchObject({ status: "ok", codes: [], metrics: { size: 1_000, generations: 1 } });
    expect((await look()).said).toContain("a b 备份.tar");
  });

  // The server cannot make the token of a second page with OpenSSL 3.
  test("more objects than one page, with any name", async () => {
    const asked: (string | null)[] = [];
    const pages = http.createServer((request, response) => {
      const token = new URL(request.url ?? "", "http://x").searchParams.get("continuation-token");
      asked.push(token);
      const objects = Array.from(
        { length: 1_000 },
        (_, i) =>
          `<Contents><Key>a &amp;amp; ${asked.length} ${i}</Key><LastModified>${new Date().toISOString()}</LastModified><Size>5</Size><ETag>&quot;${asked.length} ${i}&quot;</ETag></Contents>`,
      );
      const more =
        asked.length < 3
          ? `<IsTruncated>true</IsTruncated><NextContinuationToken>t/+&amp;=${asked.length}</NextContinuationToken>`
          : "";
      response.end(`<?xml version="1.0"?><ListBucketResult>${objects.join("")}${more}</ListBucketResult>`);
    });
    await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
    try {
      const address = pages.address();
      const seen = await look({ endpoint: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}` });
      expect(seen).toMatchObject({ status: "ok", metrics: { generations: 3_000, size: 5 } });
      expect(seen.said).toContain("a &amp; ");
      expect(asked).toEqual([null, "t/+&=1", "t/+&=2"]);
    } finally {
      pages.close();
    }
  });

  test("grows old", async () => {
    expect(await look({}, Date.now() + 10 * 60_000)).toMatchObject({ status: "ok" });
  });

  test("a wrong key is a fault, and is never shown", async () => {
    const seen = await look({ secretKey: testSecret("T0PS3CRETKEY") });
    expect(seen).toMatchObject({ status: "critical", codes: ["backup-place-denied"] });
    expect(seen.said).toContain("SignatureDoesNotMatch");
    expect(seen.said).not.toMatch(/T0PS3CRET|X-Amz-Signature/);
  });

  test("a bucket that is not there", async () => {
    expect(await look({ bucket: "no-such-bucket" })).toMatchObject({ status: "critical", codes: ["backup-place-gone"] });
  });

  test.each([
    ["nobody listens", "http://127.0.0.1:1"],
    ["no such host", "http://storage.invalid"],
  ])("%s: nothing is said of the backup", async (_, at) => {
    expect(await look({ endpoint: at })).toMatchObject({
      status: "unknown",
      codes: [expect.stringMatching(/backup-not-judged|check-failed/)],
    });
  });

  test("a redirect to another region is not followed, and shows no signature", async () => {
    await using receiver = await startReceiver();
    receiver.replyWith({ status: 301, headers: { location: `${receiver.origin}/there?X-Amz-Signature=abc` } });
    const seen = await look({ endpoint: receiver.origin });
    expect(seen).toMatchObject({ status: "unknown", codes: ["backup-not-judged"] });
    expect(seen.said).toContain("redirects (301)");
    expect(seen.said).not.toMatch(/X-Amz|S3RVER/);
  });

  test.each([
    ["a young one is enough", 1, "ok", []],
    ["an old one may not be the newest", 100, "unknown", ["backup-not-judged"]],
  ])("more objects than are read: %s", async (_, hours, status, codes) => {
    await using receiver = await startReceiver();
    const at = new Date(Date.now() - hours * hour).toISOString();
    const one = `<Contents><Key>a</Key><LastModified>${at}</LastModified><Size>1</Size></Contents>`;
    const more = "<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>";
    receiver.replyWith({ status: 200, body: `<ListBucketResult>${one}${more}</ListBucketResult>` });
    expect(await look({ endpoint: receiver.origin })).toMatchObject({ status, codes });
  });

  test.each([
    ["no XML", "<<<"],
    ["another answer", "<html/>"],
    [
      "a list without dates",
      "<ListBucketResult><Contents><Key>a</Key><LastModified>soon</LastModified><Size>1</Size></Contents></ListBucketResult>",
    ],
    [
      "a list that never ends",
      "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>",
    ],
  ])("%s is no verdict of health", async (_, body) => {
    await using receiver = await startReceiver();
    receiver.replyWith({ status: 200, body });
    expect(await look({ endpoint: receiver.origin })).toMatchObject({ status: "unknown", codes: ["backup-not-judged"] });
    expect(receiver.received.length).toBeLessThanOrEqual(10);
  });
});
