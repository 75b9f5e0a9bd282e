import { t as run } from "./run.js";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
// packages/machine/src/tar.ts
/**
* Packs files into an archive that belongs to root. The same files give the same bytes, whatever their owners and
* dates.
*/
async function writeTar(path, { folder, names, epoch, options = [] }) {
	const same = [
		"--sort=name",
		`--mtime=@${epoch}`,
		...[
			"--owner=0",
			"--group=0",
			"--numeric-owner"
		],
		...options
	];
	await run("tar", [
		"--create",
		"--file",
		path,
		...same,
		"--directory",
		folder,
		...names
	]);
}
// packages/publisher/src/host-archive.ts
/**
* 1980-01-01, in seconds since 1970: the date of all files in the archive, so that the same files give the same
* bytes. tar(1) warns about the date 0.
*/
const epoch = 315532800;
/**
* Packs the files of a host. The archive has no folders, so that unpacking it does not change the mode or the
* date of `/etc`. It is not compressed: it has some kilobytes, and compressed bytes depend on the compressor.
* @param folder where the archive is written
* @returns its path
*/
async function writeHostArchive({ name, files, links }, folder) {
	const path = join(folder, name);
	const root = join(folder, "host-files");
	for (const file of files) {
		const target = await inside(root, file.path);
		await writeFile(target, file.content);
		await chmod(target, file.mode);
	}
	for (const link of links) await symlink(link.target, await inside(root, link.path));
	await writeTar(path, {
		folder: root,
		names: [...files, ...links].map((entry) => entry.path.replace(/^\//, "")).toSorted(),
		epoch,
		options: ["--format=ustar", "--no-recursion"]
	});
	return path;
}
/** The path of an entry below a folder, where its own folder exists. */
async function inside(root, path) {
	const target = join(root, path);
	await mkdir(dirname(target), { recursive: true });
	return target;
}
export { writeHostArchive };
