import type { Route } from "./route.ts";
import { assetRoutes } from "./resources/assets.ts";
import { issueRoutes } from "./resources/issues.ts";
import { labelRoutes } from "./resources/labels.ts";
import { releaseRoutes } from "./resources/releases.ts";
import { repositoryRoutes } from "./resources/repository.ts";
import { tagRoutes } from "./resources/tags.ts";
import { workflowRoutes } from "./resources/workflows.ts";

/** Every operation of GitHub's API that the testbed answers. */
export const routes: Route[] = [
  ...repositoryRoutes,
  ...releaseRoutes,
  ...assetRoutes,
  ...tagRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...workflowRoutes,
];
