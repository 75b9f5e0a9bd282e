import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";

/** The user ids of the owners of the private keys in /etc/etcd/pki; everybody may read the certificates. */
export const keyOwners: Readonly<Record<string, number>> = {
  "server.key": 232,
  "peer.key": 232,
  "apiserver-etcd-client.key": 0,
};

/** Makes a certificate authority in a folder, and a subfolder for each member with the files of its pki. */
export async function makeCertificates(
  folder: string,
  members: Readonly<Record<string, string>>,
): Promise<void> {
  const { openssl } = await ensureTestPrograms("openssl");
  await mkdir(folder, { recursive: true });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];
  const authority = ["-keyout", join(folder, "ca.key"), "-out", join(folder, "ca.crt")];
  await run(openssl, ["req", "-x509", ...key, ...authority, "-subj", "/CN=etcd-ca", "-days", "2"]);
  for (const [name, address] of Object.entries(members)) {
    const pki = join(folder, name);
    await mkdir(pki, { recursive: true });
    await run("cp", [join(folder, "ca.crt"), pki]);
    // etcd's HTTP gateway is a client of its own server, with the server's certificate.
    const both = "extendedKeyUsage=serverAuth,clientAuth";
    const names = `subjectAltName=IP:${address},IP:127.0.0.1,DNS:localhost,DNS:${name}`;
    for (const [file, extensions] of Object.entries({
      server: `${both}\n${names}\n`,
      peer: `${both}\n${names}\n`,
      "apiserver-etcd-client": "extendedKeyUsage=clientAuth\n",
    })) {
      const paths = { request: join(folder, "request"), extensions: join(folder, "extensions") };
      await writeFile(paths.extensions, extensions);
      const subject = ["-subj", `/CN=${file}`];
      await run(openssl, [
        "req",
        "-new",
        ...key,
        ...subject,
        "-keyout",
        join(pki, `${file}.key`),
        "-out",
        paths.request,
      ]);
      const signer = ["-CA", join(folder, "ca.crt"), "-CAkey", join(folder, "ca.key"), "-CAcreateserial"];
      const what = ["-in", paths.request, "-out", join(pki, `${file}.crt`), "-extfile", paths.extensions];
      await run(openssl, ["x509", "-req", ...what, ...signer, "-days", "2"]);
    }
  }
}
