// What can be done with a box.
import {
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
} from "@fluentui/react-components";
import {
  ArrowMaximizeRegular,
  ArrowMinimizeRegular,
  ArrowSwapRegular,
  CenterHorizontalRegular,
  ColumnTripleRegular,
  CopyRegular,
  DocumentRegular,
  EyeOffRegular,
  PulseRegular,
  TextExpandRegular,
} from "@fluentui/react-icons";
import type { LineageNode } from "../client/types";
import { messages } from "../messages";

export interface MenuActions {
  readonly switchTo: (node: LineageNode) => void;
  readonly open: (node: LineageNode) => void;
  readonly openRun: (node: LineageNode) => void;
  readonly centre: (node: LineageNode) => void;
  readonly expand: (guid: string, direction: "upstream" | "downstream") => void;
  readonly hide: (node: LineageNode) => void;
  readonly columnsOf: (node: LineageNode) => void;
  readonly fold: (guid: string) => void;
}

interface Props {
  readonly node: LineageNode;
  readonly target: HTMLElement;
  readonly isFocus: boolean;
  readonly isUnfolded: boolean;
  readonly actions: MenuActions;
  readonly close: () => void;
}

export function NodeMenu({ node, target, isFocus, isUnfolded, actions, close }: Props) {
  const copy = () => void navigator.clipboard?.writeText(node.qualifiedName);
  const step = node.kind === "step";
  return (
    <Menu
      open
      onOpenChange={(_, data) => !data.open && close()}
      positioning={{ target, position: "below", align: "start" }}
    >
      <MenuPopover>
        <MenuList aria-label={messages.lineage.menu(node.name)}>
          <MenuGroup>
            <MenuGroupHeader>{step ? `${node.name} · ${node.typeLabel}` : node.name}</MenuGroupHeader>
            {!step && !isFocus && (
              <MenuItem icon={<ArrowSwapRegular />} onClick={() => actions.switchTo(node)}>
                {messages.lineage.switchTo}
              </MenuItem>
            )}
            {!step && (
              <MenuItem icon={<DocumentRegular />} onClick={() => actions.open(node)}>
                {messages.lineage.openAsset}
              </MenuItem>
            )}
            {node.runId && (
              <MenuItem icon={<PulseRegular />} onClick={() => actions.openRun(node)}>
                {messages.lineage.openRun}
              </MenuItem>
            )}
            {(node.steps > 0 || step) && (
              <MenuItem
                icon={isUnfolded || step ? <ArrowMinimizeRegular /> : <TextExpandRegular />}
                onClick={() => actions.fold(node.guid)}
              >
                {isUnfolded || step ? messages.lineage.fold : messages.lineage.unfold}
              </MenuItem>
            )}
            {node.kind === "dataset" && (
              <MenuItem icon={<ColumnTripleRegular />} onClick={() => actions.columnsOf(node)}>
                {messages.lineage.showColumns}
              </MenuItem>
            )}
          </MenuGroup>
          <MenuDivider />
          <MenuItem icon={<CenterHorizontalRegular />} onClick={() => actions.centre(node)}>
            {messages.lineage.centre}
          </MenuItem>
          {!step && (
            <>
              <MenuItem
                icon={<ArrowMaximizeRegular />}
                disabled={node.moreUpstream === 0}
                onClick={() => actions.expand(node.guid, "upstream")}
              >
                {messages.lineage.expandUp}
              </MenuItem>
              <MenuItem
                icon={<ArrowMaximizeRegular />}
                disabled={node.moreDownstream === 0}
                onClick={() => actions.expand(node.guid, "downstream")}
              >
                {messages.lineage.expandDown}
              </MenuItem>
              <MenuItem icon={<EyeOffRegular />} disabled={isFocus} onClick={() => actions.hide(node)}>
                {messages.lineage.hide}
              </MenuItem>
              <MenuItem icon={<CopyRegular />} onClick={copy}>
                {messages.lineage.copyName}
              </MenuItem>
            </>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
