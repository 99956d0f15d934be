// A link of Fluent's looks that changes the page without loading it anew.
import { Link } from "@fluentui/react-components";
import type { MouseEvent, ReactNode } from "react";
import { useHref, useNavigate } from "react-router";

interface Props {
  readonly to: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly label?: string;
  readonly subtle?: boolean;
}

export function NavLinkText({ to, children, className, label, subtle }: Props) {
  const href = useHref(to);
  const navigate = useNavigate();
  const go = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    void navigate(to);
  };
  return (
    <Link href={href} onClick={go} className={className} aria-label={label} appearance={subtle ? "subtle" : "default"}>
      {children}
    </Link>
  );
}
