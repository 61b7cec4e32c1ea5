/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import http from "node:http";
import { once } from "node:events";
import tls from "node:tls";
import { expect } from "vitest";
import tlsCertificate from "../../checks/tls-certificate.ts";
import { createDial } from "../../src/net/dial.ts";
import { createAuthority } from "../support/certificates.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { startLineServer } from "../support/line-server.ts";
import { scriptSmtp } from "../support/mail-script.ts";
import { authority, certificate, mailHost } from "../support/mail-world.ts";
import { startSsl3Front } from "../support/ssl3-front.ts";
import { certificatesOf, day, is, issued, now, presenting, quiet, tooWeak } from "../support/tls-world.ts";
import { createZone } from "../support/zone.ts";

const names = [mailHost];
const intermediateName = "CN=Mailvigil test authority intermediate";

/** The leaf and its intermediate, put together anew. */
const rearranged = (order: (leaf: string, middle: string, root: string, stranger: string) => readonly string[]) => async () => {
  const good = await certificate("withIntermediate");
  const [leaf = "", middle = ""] = certificatesOf(good.chainPem);
  const [{ certPem: root }, { certPem: stranger }] = [await authority(), await certificate("otherHost")];
  return { ...good, chainPem: order(leaf, middle, root, stranger).join("") };
};

/** A host given as an address. */
const byAddress = (addresses: readonly string[]): NonNullable<CheckCase["world"]> => {
  const present = presenting(issued({ names, addresses }));
  return async () => {
    const world = await present();
    return { ...world, options: { ...world.options, host: "127.0.0.1" } };
  };
};

/** An authority with a list of revoked certificates, on a web server. */
const revocation =
  (revoked: (serial: string) => readonly string[], answer: { status?: number; until?: Date; signer?: string } = {}) =>
  async () => {
    const serialNumber = "4d6f6e69746f72aa";
    const own = await createAuthority("Revoking authority");
    const signer = answer.signer === undefined ? own : await createAuthority(answer.signer);
    const list = await signer.revoke(revoked(serialNumber), answer.until);
    const web = http.createServer((_request, response) => response.writeHead(answer.status ?? 200).end(list));
    web.listen(0, "127.0.0.1");
    await once(web, "listening");
    const address = web.address();
    if (address === null || typeof address === "string") throw new Error("the web server has no port");
    const revocationList = `http://crl.example.test:${address.port}/list.crl`;
    const server = await startLineServer(quiet, {
      certificate: await own.issue({ names, serialNumber, revocationList }),
      implicit: true,
    });
    const { ask } = createZone({ [mailHost]: { A: ["127.0.0.1"] }, "crl.example.test": { A: ["127.0.0.1"] } });
    return {
      options: { host: mailHost, port: server.port },
      ctx: { ask, dial: createDial({ ask, extraAuthorities: [own.certPem] }), authorities: [own.certPem] },
      close: async () => {
        await server.close();
        web.close();
        web.closeAllConnections();
      },
    };
  };

/** By name the good certificate, without one whatever is the default. */
const byNameOnly =
  (byDefault?: "otherHost"): NonNullable<CheckCase["world"]> =>
  async () => {
    const good = await certificate("good");
    const named = tls.createSecureContext({ cert: good.chainPem, key: good.keyPem });
    const nameless = byDefault && (await certificate(byDefault));
    return presenting("good", {
      tls: { cert: nameless?.chainPem, key: nameless?.keyPem, SNICallback: (_name, done) => done(null, named) },
    })();
  };

const withSsl3 =
  (newer: boolean): NonNullable<CheckCase["world"]> =>
  async () => {
    const world = await presenting("good")();
    const options = { host: mailHost, port: 0, ...world.options };
    const front = await startSsl3Front(newer ? options.port : undefined);
    return {
      ...world,
      options: { ...options, port: front.port },
      close: async () => {
        await front.close();
        await world.close?.();
      },
    };
  };

const elsewhere = "test/checks/tls-certificate.test.ts";
const shownElsewhere = [
  "certificate-expired",
  "certificate-not-yet-valid",
  "certificate-self-signed",
  "certificate-untrusted",
  "certificate-not-pinned",
  "tls-failed",
  "starttls-missing",
  "certificate-expiring",
  "chain-expiring",
  "old-tls-offered",
  "certificate-not-seen",
  "some-addresses",
  "certificate-intercepted",
];

testCheck(
  tlsCertificate,
  {
    "TLS-2 for another host": {
      world: presenting("otherHost"),
      ...is("critical", "certificate-wrong-host"),
      also: ({ findings }) => expect(findings[0]?.data["names"]).toBe("other.example.test"),
    },
    "TLS-2 a wildcard for one label": { world: presenting(issued({ names: ["*.example.test"] })), ...is("ok") },
    "TLS-2 a wildcard is for one label alone": {
      world: presenting(issued({ names: ["*.test"] })),
      ...is("critical", "certificate-wrong-host"),
    },
    "TLS-2 a wildcard within a label": {
      world: presenting(issued({ names: ["ma*.example.test"] })),
      ...is("critical", "certificate-wrong-host"),
    },
    "TLS-2 an address, and the certificate names it": { world: byAddress(["127.0.0.1"]), ...is("ok") },
    "TLS-2 an address, and the certificate names another": {
      world: byAddress(["127.0.0.9"]),
      ...is("critical", "certificate-wrong-host"),
    },
    "TLS-3 named in the subject alone": {
      world: presenting(issued({ commonNameOnly: true })),
      ...is("critical", "certificate-without-names"),
      also: ({ findings }) => expect(findings[0]?.data["subject"]).toBe(`CN=${mailHost}`),
    },
    "TLS-4 without its intermediate": {
      world: presenting("incomplete"),
      ...is("critical", "certificate-chain-incomplete"),
      also: ({ findings }) => expect(findings[0]?.data["issuer"]).toBe(intermediateName),
    },
    "TLS-4 a stranger in place of its intermediate": {
      world: presenting(rearranged((leaf, _middle, _root, stranger) => [leaf, stranger])),
      ...is("critical", "certificate-chain-incomplete"),
      also: ({ findings }) => expect(findings[0]?.data["issuer"]).toBe(intermediateName),
    },
    "TLS-3 TLS-5 TLS-6 TLS-8 TLS-10 TLS-11 TLS-18 TLS-20 the chain as it should be": {
      world: presenting("withIntermediate"),
      ...is("ok"),
    },
    "TLS-5 the root between leaf and intermediate": {
      world: presenting(rearranged((leaf, middle, root) => [leaf, root, middle])),
      ...is("ok", "chain-disordered", "chain-needless"),
    },
    "TLS-6 the root behind the chain": {
      world: presenting(rearranged((leaf, middle, root) => [leaf, middle, root])),
      ...is("ok", "chain-needless"),
      also: ({ findings }) => expect(findings[0]?.data["needless"]).toBe("CN=Mailvigil test authority"),
    },
    "TLS-6 a stranger within the chain": {
      world: presenting(rearranged((leaf, middle, _root, stranger) => [leaf, stranger, middle])),
      ...is("ok", "chain-needless"),
      also: ({ findings }) => expect(findings[0]?.data["needless"]).toBe("CN=other.example.test"),
    },
    "TLS-6 the leaf twice": {
      world: presenting(rearranged((leaf, middle) => [leaf, leaf, middle])),
      ...is("ok", "chain-needless"),
    },
    "TLS-6 the intermediate twice": {
      world: presenting(rearranged((leaf, middle) => [leaf, middle, middle])),
      ...is("ok", "chain-needless"),
    },
    "TLS-7 RSA of 1024 bits": { world: presenting("weakKey", tooWeak), ...is("critical", "certificate-weak-key") },
    "TLS-7 the issuer's RSA of 1024 bits": {
      world: presenting(issued({ intermediate: { keyBits: 1024 } }), tooWeak),
      ...is("critical", "certificate-weak-key"),
      also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ subject: intermediateName, keyBits: 1024 }),
    },
    "TLS-7 RSA of 2048 bits": { world: presenting(issued({ keyBits: 2048 })), ...is("ok", "certificate-short-key") },
    "TLS-7 RSA of 3072 bits": { world: presenting(issued({ keyBits: 3072 })), ...is("ok") },
    "TLS-8 signed with SHA-1": {
      world: presenting("weakSignature", tooWeak),
      ...is("critical", "certificate-weak-signature"),
      also: ({ findings }) => expect(findings[0]?.data["algorithm"]).toBe("ecdsa-with-SHA1"),
    },
    "TLS-8 the issuer's signed with SHA-1": {
      world: presenting(issued({ intermediate: { hash: "SHA-1" } }), tooWeak),
      ...is("critical", "certificate-weak-signature"),
      also: ({ findings }) => expect(findings[0]?.data["subject"]).toBe(intermediateName),
    },
    "TLS-8 signed with MD5": {
      world: async () => {
        const rsa = await createAuthority("RSA authority", { keyBits: 2048 });
        const world = await presenting(() => rsa.issue({ names, hash: "MD5" }), tooWeak)();
        const { ask } = createZone({ [mailHost]: { A: ["127.0.0.1"] } });
        return { ...world, ctx: { ask, dial: createDial({ ask, extraAuthorities: [rsa.certPem] }) } };
      },
      ...is("critical", "certificate-weak-signature"),
      also: ({ findings }) => expect(findings[0]?.data["algorithm"]).toBe("md5WithRSAEncryption"),
    },
    "TLS-8 a signature that does not fit": { world: presenting("tampered"), ...is("critical", "certificate-invalid") },
    "TLS-10 its issuer's certificate has expired": {
      world: presenting("expiredIssuer"),
      ...is("critical", "certificate-issuer-expired"),
      also: ({ findings }) => expect(findings[0]?.data["subject"]).toBe(intermediateName),
    },
    "TLS-11 made for clients": { world: presenting("forClients"), ...is("critical", "certificate-wrong-usage") },
    "TLS-11 a key that may not sign": {
      world: presenting(issued({ onlyEnciphers: true })),
      ...is("warning", "certificate-wrong-usage"),
    },
    "TLS-12 revoked": {
      world: revocation((serial) => ["01", serial, "02"]),
      ...is("critical", "certificate-revoked"),
      also: ({ findings }) => expect(findings[0]?.data["since"]).toMatch(/^\d{4}-\d\d-\d\d$/),
    },
    "TLS-12 others are revoked": {
      world: revocation((serial) => [`${serial}00`, serial.slice(2)]),
      ...is("ok"),
      also: ({ evidence }) => expect(evidence.join("\n")).toContain("not in it"),
    },
    "TLS-12 none is revoked": { world: revocation(() => []), ...is("ok") },
    "TLS-12 the list is out of date": {
      world: revocation((serial) => [serial], { until: new Date(now - day / 2) }),
      ...is("ok"),
      also: ({ evidence }) => expect(evidence.join("\n")).toContain("out of date since"),
    },
    "TLS-12 the list is somebody else's": {
      world: revocation((serial) => [serial], { signer: "Another authority" }),
      ...is("ok"),
      also: ({ evidence }) => expect(evidence.join("\n")).toContain("not signed by the issuer"),
    },
    "TLS-12 the list cannot be had": {
      world: revocation((serial) => [serial], { status: 404 }),
      ...is("ok"),
      also: ({ evidence }) => expect(evidence.join("\n")).toContain("404"),
    },
    "TLS-15 TLS-16 nothing newer than SSL 3.0": {
      world: withSsl3(false),
      ...is("critical", "only-old-tls"),
      also: ({ findings }) => expect(findings[0]?.data["protocol"]).toBe("SSL 3.0"),
    },
    "TLS-16 SSL 3.0 is taken": { world: withSsl3(true), ...is("critical", "ssl3-offered") },
    "TLS-15 TLS-16 TLS 1.2 and nothing else": { world: presenting("good", { tls: { maxVersion: "TLSv1.2" } }), ...is("ok") },
    "TLS-16 no SSL 3.0 behind STARTTLS": { world: presenting("good", { protocol: "smtp", script: scriptSmtp() }), ...is("ok") },
    "TLS-19 each machine has a certificate of its own": {
      world: async () => {
        const one = await startLineServer(quiet, { certificate: await certificate("good"), implicit: true });
        const more = { implicit: true, host: "127.0.0.4", port: one.port };
        const other = await startLineServer(quiet, { certificate: await issued({})(), ...more });
        const { ask } = createZone({ [mailHost]: { A: ["127.0.0.1", "127.0.0.4"] } });
        return {
          options: { host: mailHost, port: one.port },
          ctx: { ask, dial: createDial({ ask, extraAuthorities: [(await authority()).certPem] }) },
          close: () => Promise.all([one.close(), other.close()]),
        };
      },
      ...is("ok", "certificates-differ"),
    },
    "TLS-20 without a name another certificate": {
      world: byNameOnly("otherHost"),
      ...is("ok", "without-name-other"),
      also: ({ findings }) => expect(findings[0]?.data["answer"]).toBe("other.example.test"),
    },
    "TLS-20 without a name none": {
      world: byNameOnly(),
      ...is("ok", "without-name-other"),
      also: ({ findings }) => expect(findings[0]?.data["answer"]).toContain("handshake failure"),
    },
  },
  { shownElsewhere: Object.fromEntries(shownElsewhere.map((code) => [code, elsewhere])) },
);
