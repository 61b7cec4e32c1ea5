import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import https from "node:https";
import { createDial } from "../../src/net/dial.ts";
import type { CheckContext } from "../../src/model/check.ts";
import { createAuthority } from "./certificates.ts";
import { rsaKey } from "./dkim-keys.ts";
import { createZone, type Zone } from "./zone.ts";
import { startRecordingSmtp } from "./recording-smtp.ts";

const at = { mail: "127.0.95.25", web: "127.0.95.80", one: "127.0.95.53", two: "127.0.95.54" } as const;
export const nameServersOf = [at.one, at.two] as const;
export const goodDomain = "good.test";

export interface GoodDomain extends AsyncDisposable {
  /** What every resolver and name server says. */
  readonly zone: Zone;
  readonly ctx: Pick<CheckContext, "dial" | "authorities" | "isPublic">;
}

/** A mail domain with every record as it should be, proven by DNSSEC, and its servers on loopback at their usual ports. */
export async function startGoodDomain(): Promise<GoodDomain> {
  await using undo = new AsyncDisposableStack();
  const authority = await createAuthority("R11, O=Let's Encrypt");
  const mail = await authority.issue({ names: ["mx1.good.test", "mx2.good.test"] });
  const site = await authority.issue({ names: ["mta-sts.good.test", "autoconfig.good.test"] });
  undo.use(await startRecordingSmtp({ address: at.mail, identity: mail, name: "mx1.good.test" }));
  const web = https.createServer({ key: site.keyPem, cert: site.chainPem }, ({ url }, response) => {
    const policy = "version: STSv1\r\nmode: enforce\r\nmx: *.good.test\r\nmax_age: 1209600\r\n";
    const found = url === "/.well-known/mta-sts.txt";
    response.writeHead(found ? 200 : 404, { "content-type": "text/plain" }).end(found ? policy : "");
  });
  web.listen(443, at.web);
  await once(web, "listening");
  undo.defer(() => {
    web.closeAllConnections();
    web.close();
  });
  const key = new X509Certificate(mail.certPem).publicKey.export({ type: "spki", format: "der" });
  const zone = zoneOf(createHash("sha256").update(key).digest("hex"));
  const dial = createDial({ ask: createZone(zone).ask, extraAuthorities: [authority.certPem] });
  const held = undo.move();
  return {
    zone,
    ctx: { dial, authorities: [authority.certPem], isPublic: () => true },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function zoneOf(certificate: string): Zone {
  const soa = (name: string): readonly string[] => [`ns1.good.test h.${name} 7 7200 3600 1209600 300`];
  const ns = ["ns1.good.test", "ns2.good.test"];
  const records: Zone = {
    "": { SOA: soa("root"), NS: ns },
    test: { SOA: soa("test"), NS: ns },
    "good.test": {
      SOA: soa("good.test"),
      // As most domains have it: a web server, which takes no mail.
      A: [at.web],
      NS: ns,
      MX: ["10 mx1.good.test", "20 mx2.good.test"],
      TXT: ["v=spf1 mx include:_spf.good.test -all"],
      // Held to for all but those names that have their own.
      CAA: ["0 issue digicert.com"],
    },
    "ns1.good.test": { A: [at.one] },
    "ns2.good.test": { A: [at.two] },
    "mx1.good.test": { A: [at.mail], TXT: ["v=spf1 a -all"], CAA: ["0 issue letsencrypt.org"] },
    "mx2.good.test": { A: [at.mail], CAA: ["0 issue letsencrypt.org"] },
    "imap.good.test": { A: [at.mail] },
    "_25._tcp.mx1.good.test": { TLSA: [`3 1 1 ${certificate}`] },
    "_25._tcp.mx2.good.test": { TLSA: [`3 1 1 ${certificate}`] },
    "_spf.good.test": { TXT: ["v=spf1 ip4:127.0.95.26 -all"] },
    "s1._domainkey.good.test": { TXT: [`v=DKIM1; k=rsa; p=${rsaKey(2048)}`] },
    "_dmarc.good.test": { TXT: ["v=DMARC1; p=reject; rua=mailto:r@good.test,mailto:r@reports.test"] },
    "reports.test": { MX: ["10 mx1.good.test"] },
    "good.test._report._dmarc.reports.test": { TXT: ["v=DMARC1"] },
    "_mta-sts.good.test": { TXT: ["v=STSv1; id=1"] },
    "mta-sts.good.test": { A: [at.web] },
    "_smtp._tls.good.test": { TXT: ["v=TLSRPTv1; rua=mailto:r@reports.test"] },
    "_imaps._tcp.good.test": { SRV: ["0 1 993 imap.good.test"] },
    "_submissions._tcp.good.test": { SRV: ["0 1 465 imap.good.test"] },
    "25.95.0.127.in-addr.arpa": { PTR: ["mx1.good.test"] },
    "26.95.0.127.in-addr.arpa": { PTR: ["out.good.test"] },
    "out.good.test": { A: ["127.0.95.26"] },
    // A block list that passes its self-test.
    "2.0.0.127.bl.test": { A: ["127.0.0.2"] },
  };
  return Object.fromEntries(
    Object.entries(records).map(([name, entry]) => [name, typeof entry === "string" ? entry : { ...entry, authenticated: true }]),
  );
}
