export default function Connectors() { return <p>Connectors</p>; }
