import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { describe, expect, test } from "vitest";
import { createAuthority, issueSelfSigned } from "./certificates.ts";
import type { Issued } from "./certificates.ts";

/** What a verifying client that trusts `ca` says about a server with this certificate: its error code, or `ok`. */
async function handshake(issued: Issued, presented: string, ca: string, servername: string): Promise<string> {
  const server = tls.createServer({ cert: presented, key: issued.keyPem });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const socket = tls.connect({
    socket: net.connect(address.port, "127.0.0.1"),
    ca,
    servername,
  });
  try {
    await once(socket, "secureConnect");
    return "ok";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  } finally {
    socket.destroy();
    server.close();
  }
}

describe("createAuthority", () => {
  const names = ["mail.test"];

  test.each([
    ["a certificate of the authority", {}, "mail.test", "ok"],
    ["an RSA key", { keyBits: 2048 }, "mail.test", "ok"],
    ["another name", {}, "other.test", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["by an intermediate that is presented", { intermediate: true }, "mail.test", "ok"],
    ["not yet valid", { notBefore: new Date(Date.now() + 3_600_000) }, "mail.test", "CERT_NOT_YET_VALID"],
  ])("%s", async (_name, options, servername, expected) => {
    const authority = await createAuthority();
    const issued = await authority.issue({ names, ...options });
    expect(await handshake(issued, issued.chainPem, authority.certPem, servername)).toBe(expected);
  });

  test("leaves the intermediate out of certPem: an incomplete chain", async () => {
    const authority = await createAuthority();
    const issued = await authority.issue({ names, intermediate: true });
    expect(await handshake(issued, issued.certPem, authority.certPem, "mail.test")).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  });

  test("issueExpired has ended", async () => {
    const authority = await createAuthority();
    const issued = await authority.issueExpired({ names });
    expect(await handshake(issued, issued.chainPem, authority.certPem, "mail.test")).toBe("CERT_HAS_EXPIRED");
  });

  test("issueSelfSigned is vouched for by nobody", async () => {
    const authority = await createAuthority();
    const issued = await issueSelfSigned({ names });
    expect(await handshake(issued, issued.chainPem, authority.certPem, "mail.test")).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  });
});
