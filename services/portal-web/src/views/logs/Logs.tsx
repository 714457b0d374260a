export default function Logs() { return <p>Logs</p>; }
