import { KilnError } from "@sysext-kiln/error";
import { type BuildOrder, type Extension, imageName, type Plan, recipeDigest } from "@sysext-kiln/extension";

/** An order, and the definition that it is built from. */
export interface FoundOrder {
  extension: Extension;
  order: BuildOrder;
}

/**
 * Finds the order for an image in a plan.
 * @param name the image's file name
 * @throws KilnError `document-invalid` if the plan has none, or was made from another recipe than the one in
 * this checkout
 */
export async function findOrder(
  extensions: readonly Extension[],
  { builds }: Plan,
  name: string,
): Promise<FoundOrder> {
  const names: string[] = [];
  for (const order of builds) {
    const extension = extensions.find(({ definition }) => definition.name === order.extension);
    if (!extension) continue;
    names.push(imageName(extension.definition, order.version, order.architecture));
    if (names.at(-1) !== name) continue;
    if ((await recipeDigest(extension, order.upstream)) === order.recipe) return { extension, order };
    throw invalid(
      `the recipe of ${order.extension} that ${name} was planned with`,
      "another recipe in this checkout",
    );
  }
  throw invalid(
    `one of the planned images: ${names.join(", ") || "none"}`,
    JSON.stringify(name.slice(0, 80)),
  );
}

function invalid(expected: string, found: string): KilnError {
  return new KilnError("document-invalid", {
    expected,
    found,
    next: "run the whole workflow again, so that the plan and the job that reads it have the same commit",
  });
}
