/**
 * The SRV names by which a domain announces its servers to mail programs (RFC 6186 section 3, RFC 8314 section 5.1), with the port
 * that each service has (RFC 8314 section 7) and how TLS begins there: from the first byte, or asked for in that protocol.
 */
export const clientServices = [
  { name: "_imaps._tcp", port: 993, protocol: "tls" },
  { name: "_imap._tcp", port: 143, protocol: "imap" },
  { name: "_pop3s._tcp", port: 995, protocol: "tls" },
  { name: "_pop3._tcp", port: 110, protocol: "pop3" },
  { name: "_submissions._tcp", port: 465, protocol: "tls" },
  { name: "_submission._tcp", port: 587, protocol: "smtp" },
] as const;
