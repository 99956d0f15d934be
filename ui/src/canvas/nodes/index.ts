// One component a kind of box. A new kind is one file and one line.
import type { NodeTypes } from "@xyflow/react";
import { DatasetBox } from "./DatasetBox";
import { FrameBox } from "./FrameBox";
import { ProcessBox } from "./ProcessBox";
import { StepBox } from "./StepBox";

export const NODE_TYPES: NodeTypes = {
  dataset: DatasetBox,
  frame: FrameBox,
  process: ProcessBox,
  step: StepBox,
};
