// No such page, or a page that broke: what happened, and the way on.
import { Button } from "@fluentui/react-components";
import { CompassNorthwestRegular } from "@fluentui/react-icons";
import { useNavigate } from "react-router";
import { links } from "../../links";
import { messages } from "../../messages";
import { Empty } from "../../parts/Waiting";

export function LostPage({ broken }: { readonly broken?: boolean }) {
  const navigate = useNavigate();
  return (
    <Empty
      whole
      icon={<CompassNorthwestRegular fontSize={32} />}
      title={broken ? messages.fault.title : messages.fault.lost}
      next={messages.fault.lostCure}
      action={<Button onClick={() => void navigate(links.home)}>{messages.fault.home}</Button>}
    />
  );
}
