"""The WSDL of the page service, which ``GET`` on its address returns."""

from __future__ import annotations

from lxml import etree

from simulator.page_service.schema import NAMESPACE, OPERATIONS, schema

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_PORT = "Appointment_Port"
_BINDING = "Appointment_Binding"


def wsdl(address: str) -> bytes:
    """Return the document. ``address`` is the address of the service.

    The schema is inserted as text, so that it declares its own prefixes: clients extract it and
    read it alone.
    """
    root = etree.Element(
        _named("definitions"),
        targetNamespace=NAMESPACE,
        nsmap={None: WSDL, "tns": NAMESPACE, "soap": SOAP},
    )
    etree.SubElement(root, _named("types"))
    for name in OPERATIONS:
        _message(root, name)
        _message(root, f"{name}_Result")
    _port_type(root)
    _binding(root)
    _service(root, address)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8").replace(
        b"<types/>", b"<types>" + etree.tostring(schema()) + b"</types>"
    )


def _message(root: etree._Element, name: str) -> None:
    message = etree.SubElement(root, _named("message"), name=name)
    etree.SubElement(message, _named("part"), name="parameters", element=f"tns:{name}")


def _port_type(root: etree._Element) -> None:
    port = etree.SubElement(root, _named("portType"), name=_PORT)
    for name in OPERATIONS:
        operation = etree.SubElement(port, _named("operation"), name=name)
        etree.SubElement(operation, _named("input"), name=name, message=f"tns:{name}")
        etree.SubElement(
            operation, _named("output"), name=f"{name}_Result", message=f"tns:{name}_Result"
        )


def _binding(root: etree._Element) -> None:
    binding = etree.SubElement(root, _named("binding"), name=_BINDING, type=f"tns:{_PORT}")
    etree.SubElement(
        binding, f"{{{SOAP}}}binding", transport="http://schemas.xmlsoap.org/soap/http"
    )
    for name in OPERATIONS:
        operation = etree.SubElement(binding, _named("operation"), name=name)
        etree.SubElement(
            operation, f"{{{SOAP}}}operation", soapAction=f"{NAMESPACE}:{name}", style="document"
        )
        for end, message in (("input", name), ("output", f"{name}_Result")):
            etree.SubElement(
                etree.SubElement(operation, _named(end), name=message),
                f"{{{SOAP}}}body",
                use="literal",
            )


def _service(root: etree._Element, address: str) -> None:
    service = etree.SubElement(root, _named("service"), name="Appointment_Service")
    port = etree.SubElement(service, _named("port"), name=_PORT, binding=f"tns:{_BINDING}")
    etree.SubElement(port, f"{{{SOAP}}}address", location=address)


def _named(name: str) -> str:
    return f"{{{WSDL}}}{name}"
