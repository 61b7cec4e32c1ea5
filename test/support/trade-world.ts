import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import https from "node:https";
import { createAuthority } from "./certificates.ts";
import { startRecordingSmtp } from "./recording-smtp.ts";
import { startSignedDns } from "./signed-dns.ts";
import { at, policies, tradeZones } from "./trade-zones.ts";

export interface TradeWorld extends AsyncDisposable {
  readonly resolver: string;
  /** PEM of the authority of all certificates. */
  readonly authority: string;
}

/** The trading companies of trade-zones.ts: their zones served and validated, their mail and web servers, all on loopback. Needs root. */
export async function startTradeWorld(): Promise<TradeWorld> {
  await using undo = new AsyncDisposableStack();
  const authority = await createAuthority("R11, O=Let's Encrypt");
  const servers = {
    [at.sound]: ["mx.sound.com"],
    [at.hosting]: ["mx.hosting.com"],
    [at.tencent]: ["mxbiz1.qq.com", "mxbiz2.qq.com", "mail.dane-old.com", "mail.dane-odd.com", "mail.other-caa.com"],
    [at.nameless]: ["mail.nameless.com"],
    [at.line]: ["mail.line-name.com"],
    [at.other]: ["mail.other-name.com"],
    [at.google]: ["smtp.google.com"],
    [at.microsoft]: ["zhongmao-com.mail.protection.outlook.com"],
  };
  let tlsa = "";
  for (const [address, names] of Object.entries(servers)) {
    const identity = await authority.issue({ names });
    undo.use(await startRecordingSmtp({ address, identity, name: names[0] ?? "" }));
    const key = new X509Certificate(identity.certPem).publicKey.export({ type: "spki", format: "der" });
    if (address === at.sound) tlsa = `3 1 1 ${createHash("sha256").update(key).digest("hex")}`;
  }
  const ended = await authority.issueExpired({ names: ["mail.ended-mx.com"] });
  undo.use(await startRecordingSmtp({ address: at.ended, identity: ended, name: "mail.ended-mx.com" }));

  const sites = ["no-sts-file.com", ...Object.keys(policies)].map((domain) => `mta-sts.${domain}`);
  const site = await authority.issue({ names: sites });
  const web = https.createServer({ key: site.keyPem, cert: site.chainPem }, ({ url, headers }, response) => {
    const policy = policies[(headers.host ?? "").replace("mta-sts.", "")];
    const found = url === "/.well-known/mta-sts.txt" && policy !== undefined;
    response.writeHead(found ? 200 : 404, { "content-type": "text/plain" }).end(found ? policy : "");
  });
  web.listen(443, at.web);
  await once(web, "listening");
  undo.defer(() => {
    web.closeAllConnections();
    web.close();
  });
  const dns = await startSignedDns({ authority: at.authority, resolver: at.resolver, zones: tradeZones(tlsa) });
  undo.defer(() => dns.stop());
  const held = undo.move();
  return { resolver: dns.resolver, authority: authority.certPem, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
